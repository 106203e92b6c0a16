"""What goes to the buyer for the group: letter of candidature, commitment per lot; the summary."""

from app.consortia.domain import FORMS, Form
from app.forms.blocks import Block, Checks, Fields, Heading, NewPage, Paper, Para, Signature
from app.forms.facts import Facts, Lot
from app.forms.papers.common import (
    TO_SIGN,
    answered,
    buyer_fields,
    consultation,
    form_checks,
    identity,
    lead_quality,
    lot_name,
    mandates,
    members_table,
    others,
    party_totals,
    presence_grid,
)
from app.forms.papers.shares import split_table
from app.forms.words import euros, instant, one_line

_GRID_FROM = 6
"""Lots from which on a grid helps to find one's way."""


def candidacy(facts: Facts) -> Paper:
    """The letter of candidature, under the headings of form DC1; it names no price."""
    blocks: list[Block] = [
        Heading("A – Identification de l'acheteur"),
        buyer_fields(facts),
        Heading("B – Objet de la consultation"),
        consultation(facts),
        Heading("C – Objet de la candidature"),
        Para("La candidature est présentée pour :"),
        answered(facts),
        Heading("D – Présentation du candidat"),
        Para("Le candidat est un groupement d'entreprises :"),
        form_checks(facts),
        Heading(
            "E – Identification des membres du groupement et répartition des prestations",
            "Code de la commande publique, art. R. 2142-20 et R. 3123-9. Le mandataire figure "
            "en premier.",
        ),
        members_table(facts),
        split_table(facts, facts.lots, priced=False),
        *others(facts),
        *_engagements(),
        *_mandate(facts),
    ]
    if len(facts.lots) >= _GRID_FROM:
        blocks += [
            NewPage(landscape=True),
            Heading("Annexe – Présence des membres par lot"),
            presence_grid(facts),
            NewPage(),
        ]
    blocks += [Heading("Signatures"), *_signatures(facts)]
    return Paper(
        title="Lettre de candidature",
        subtitle=f"et désignation du mandataire – {FORMS[facts.form]}",
        group=one_line(facts.name),
        purpose="Ce document reprend les rubriques du formulaire DC1 et peut en tenir lieu lorsque "
        "les documents de la consultation n'imposent pas de modèle. Il ne comporte aucun prix.",
        blocks=tuple(blocks),
    )


def commitment(facts: Facts, lot: Lot) -> Paper:
    """The deed of commitment of a lot, under the headings of form ATTRI1."""
    blocks: list[Block] = [
        Heading("A – Objet de l'acte d'engagement"),
        Fields((("Acheteur", facts.buyer),)),
        consultation(facts),
        Fields((("Cet acte correspond au", lot_name(lot)),)),
        *_price(facts, lot),
        *_payment(facts, lot),
        Heading("B5 et B6 – Durée d'exécution, délai de validité de l'offre"),
        Para("Tels qu'ils figurent dans les documents de la consultation."),
        NewPage(),
        Heading("C – Signature de l'offre par le groupement"),
        Para(
            "Chaque membre signe, ou le mandataire seul lorsque tous les autres l'y ont habilité "
            "(CCP, art. R. 2142-23). Tous les autres membres l'habilitent :"
        ),
        *mandates(facts),
        *_signatures(facts, lot),
        Heading("D – Identification et signature de l'acheteur"),
        buyer_fields(facts),
        Signature("Pour l'acheteur", "La présente offre est acceptée.", TO_SIGN),
    ]
    return Paper(
        title="Acte d'engagement",
        subtitle=lot_name(lot),
        group=one_line(facts.name),
        purpose="Ce document reprend les rubriques du formulaire ATTRI1 ; il est à produire "
        "lorsque les documents de la consultation n'imposent pas de modèle.",
        blocks=tuple(blocks),
    )


def summary(facts: Facts) -> Paper:
    """The bid on one page, for whoever decides or hands it in."""
    lots = tuple(
        (lot_name(lot), f"{euros(lot.amount_cents)} HT" if lot.amount_cents else "sans montant")
        for lot in facts.lots
    )
    total = f"{euros(facts.total_cents)} HT" if facts.total_cents else "sans montant"
    blocks: tuple[Block, ...] = (
        Fields(
            (
                ("Acheteur", facts.buyer),
                ("Consultation", facts.tender),
                ("Date limite", instant(facts.deadline) if facts.deadline else "–"),
                ("Forme du groupement", FORMS[facts.form]),
                ("Mandataire", facts.lead.company.name),
                ("Répartition", f"version {facts.split_number}" if facts.split_number else "–"),
            )
        ),
        Heading("Lots et prix"),
        Fields((*lots, ("Total", total))),
        Heading("Membres"),
        party_totals(facts),
    )
    return Paper(
        title="Synthèse de l'offre",
        subtitle=one_line(facts.tender),
        group=one_line(facts.name),
        purpose="Document interne au groupement : il ne va pas à l'acheteur.",
        blocks=blocks,
    )


def _engagements() -> list[Block]:
    return [
        Heading("F – Engagements du candidat"),
        Para(
            "Chaque membre du groupement déclare sur l'honneur n'entrer dans aucun des cas "
            "d'exclusion prévus aux articles L. 2141-1 à L. 2141-5 et L. 2141-7 à L. 2141-10 du "
            "code de la commande publique, ou L. 3123-1 à L. 3123-14 pour un contrat de "
            "concession, et être en règle au regard des articles L. 5212-1 à L. 5212-11 du code "
            "du travail concernant l'emploi des travailleurs handicapés."
        ),
        Para(
            "Les renseignements sur les capacités de chaque membre figurent dans sa déclaration "
            "individuelle."
        ),
    ]


def _mandate(facts: Facts) -> list[Block]:
    return [
        Heading("G – Désignation du mandataire"),
        Para(
            f"Les membres du groupement désignent {one_line(facts.lead.company.name)} comme "
            "mandataire (CCP, art. R. 2142-23 et R. 2142-24, ou R. 3123-9 pour une concession). "
            "Il les représente auprès de l'acheteur et coordonne leurs prestations. Il est "
            "habilité à signer en leur nom et pour leur compte, dans la limite de l'habilitation "
            "que chacun lui a donnée. Tous les autres membres l'habilitent :"
        ),
        *mandates(facts),
        Fields(identity(facts.lead.company)),
    ]


def _price(facts: Facts, lot: Lot) -> list[Block]:
    return [
        Heading("B – Engagement du groupement titulaire"),
        Para(
            "Après avoir pris connaissance des pièces constitutives du contrat, et conformément à "
            "leurs clauses, le groupement désigné ci-dessous s'engage à exécuter les prestations "
            "demandées aux prix indiqués."
        ),
        Heading("B1 – Identification et engagement"),
        members_table(facts),
        Fields(
            (
                ("Montant hors taxes", euros(lot.amount_cents) if lot.amount_cents else None),
                ("Taux de la TVA", None),
                ("Montant de la TVA", None),
                ("Montant toutes taxes comprises", None),
            )
        ),
        Heading("B2 – Nature du groupement et répartition des prestations"),
        form_checks(facts),
        split_table(facts, (lot,), priced=True),
    ]


def _payment(facts: Facts, lot: Lot) -> list[Block]:
    places = dict.fromkeys(part.party for part in lot.all_parts)
    names = [one_line(facts.parties[place].company.name) for place in places]
    return [
        Heading("B3 – Compte à créditer"),
        *_accounts(facts, names),
        Heading("B4 – Avance (CCP, art. R. 2191-3)"),
        Checks(((False, "Le groupement renonce à l'avance"), (False, "n'y renonce pas"))),
    ]


def _accounts(facts: Facts, names: list[str]) -> list[Block]:
    if facts.form == Form.SOLIDAIRE:
        note = "Un compte unique reçoit les paiements, sauf stipulation contraire du contrat."
        rows = (("Titulaire du compte", None), ("Établissement", None), ("IBAN", None))
        return [Para(note, "small"), Fields(rows)]
    note = "Chaque membre du groupement conjoint est payé directement sur son compte."
    return [Para(note, "small"), Fields(tuple((f"{name} – IBAN", None) for name in names))]


def _signatures(facts: Facts, lot: Lot | None = None) -> list[Block]:
    """Of a lot, the members who have a part of it, by themselves or by a subcontractor."""
    parties = facts.holders
    if lot is not None:
        there = {part.party for part in lot.all_parts}
        there |= {facts.parties[at].works_for or 0 for at in there if not facts.parties[at].holds}
        parties = tuple(one for at, one in enumerate(facts.parties) if at in there and one.holds)
    return [
        Signature(one_line(one.company.name), lead_quality(one.role), TO_SIGN) for one in parties
    ]
