"""What a holder tells the buyer of a subcontractor."""

from app.forms.blocks import Block, Checks, Fields, Heading, Paper, Para, Signature
from app.forms.facts import Facts, Lot, Party
from app.forms.papers.common import TO_SIGN, buyer_fields, consultation, identity, lead_quality
from app.forms.words import euros, one_line


def subcontract(facts: Facts, party: Party) -> Paper:
    """The declaration of a subcontractor, under the headings of form DC4 (CCP R2193-1)."""
    place = facts.parties.index(party)
    holder = facts.parties[party.works_for or 0]
    lots = [lot for lot in facts.lots if any(part.party == place for part in lot.all_parts)]
    amount = facts.of_party(place) if lots else None
    blocks: list[Block] = [
        Heading("A – Identification de l'acheteur"),
        buyer_fields(facts),
        Heading("B – Objet du contrat"),
        consultation(facts),
        Heading("C – Objet de la déclaration du sous-traitant"),
        Checks(
            (
                (True, "document annexé à l'offre du groupement"),
                (False, "acte spécial portant acceptation, après l'attribution"),
                (False, "acte spécial modificatif"),
            )
        ),
        Heading("D – Identification du membre du groupement qui sous-traite"),
        Fields((*identity(holder.company), ("Groupement", facts.name))),
        Heading("E – Identification du sous-traitant"),
        Fields(identity(party.company)),
        Heading("F – Nature des prestations sous-traitées"),
        Fields(
            (
                ("Lots", ", ".join(_number(lot) for lot in lots) or None),
                ("Prestations", party.tasks),
                ("Durée", None),
            )
        ),
        Checks(((False, "le sous-traitant traite des données à caractère personnel"),)),
        *_price(party, amount),
        Heading("I – Capacités du sous-traitant"),
        Para("Les justificatifs demandés par l'acheteur sont joints."),
        Heading("J – Attestation sur l'honneur du sous-traitant"),
        Para(
            "Le sous-traitant déclare sur l'honneur n'entrer dans aucun des cas d'exclusion prévus "
            "aux articles L. 2141-1 à L. 2141-5 et L. 2141-7 à L. 2141-10 du code de la commande "
            "publique."
        ),
        Heading("K – Cession ou nantissement des créances"),
        Fields((("Exemplaire unique ou certificat", None),)),
        *_signatures(holder, party),
    ]
    return Paper(
        title="Déclaration de sous-traitance",
        subtitle=one_line(party.company.name),
        group=one_line(facts.name),
        purpose="Ce document reprend les rubriques du formulaire DC4 : l'acheteur accepte le "
        "sous-traitant et agrée ses conditions de paiement (CCP, art. L. 2193-4 et R. 2193-1).",
        blocks=tuple(blocks),
    )


def _signatures(holder: Party, party: Party) -> list[Block]:
    return [
        Heading("L – Acceptation et agrément des conditions de paiement du sous-traitant"),
        Signature(one_line(party.company.name), "Sous-traitant", TO_SIGN),
        Signature(one_line(holder.company.name), lead_quality(holder.role), TO_SIGN),
        Signature(
            "Pour l'acheteur",
            "Le sous-traitant est accepté, ses conditions de paiement sont agréées.",
            TO_SIGN,
        ),
        Heading("M – Notification de l'acte spécial au titulaire"),
        Fields((("Reçue le", None), ("Par", None))),
    ]


def _number(lot: Lot) -> str:
    return "contrat non alloti" if lot.undivided else one_line(lot.number)


def _price(party: Party, amount: int | None) -> list[Block]:
    return [
        Heading("G – Prix des prestations sous-traitées"),
        Fields(
            (
                ("Montant maximum hors taxes", euros(amount) if amount is not None else None),
                ("Taux de la TVA, ou autoliquidation", None),
                ("Montant toutes taxes comprises", None),
                ("Modalités de variation des prix", None),
            )
        ),
        Heading(
            "H – Conditions de paiement",
            "CCP, art. L. 2193-10 à L. 2193-14 et R. 2193-10 à R. 2193-22.",
        ),
        Checks(
            (
                (bool(party.payment_direct), "le sous-traitant a droit au paiement direct"),
                (not party.payment_direct, "le sous-traitant est payé par le membre du groupement"),
            )
        ),
        Fields((("Conditions", party.payment_terms), ("IBAN", None))),
        Checks(((False, "le sous-traitant demande à bénéficier de l'avance"),)),
    ]
