"""What one company declares of itself to the buyer."""

from app.certificates.domain import Kind as Proof
from app.forms.blocks import (
    Block,
    Checks,
    Column,
    Fields,
    Heading,
    Paper,
    Para,
    Row,
    Signature,
    Table,
)
from app.forms.facts import Facts, Lot, Party
from app.forms.papers.common import (
    TO_SIGN,
    buyer_fields,
    consultation,
    identity,
)
from app.forms.words import PROOFS, ROLES, one_line, until


def declaration(facts: Facts, party: Party) -> Paper:
    """What a party declares of itself, under the headings of form DC2; it names no price."""
    company = party.company
    work: tuple[tuple[str, str | None], ...] = tuple(
        (
            "Contrat" if lot.undivided else f"Lot n° {lot.number}",
            "\n".join(_works(facts, lot, party)) or lot.title,
        )
        for lot in facts.lots
        if any(facts.parties[part.party] is party for part in lot.all_parts)
    )
    blocks: list[Block] = [
        Heading("A – Identification de l'acheteur"),
        buyer_fields(facts),
        Heading("B – Objet de la consultation"),
        consultation(facts),
        Heading("C – Identification du membre du groupement"),
        Fields(
            (
                *identity(company),
                ("Adresse électronique", None),
                ("Téléphone", None),
                ("Groupement", facts.name),
                ("Qualité", ROLES[party.role]),
            )
        ),
        Para("Prestations prévues :"),
        Fields(work or (("Prestations", party.tasks),)),
        Para("Situation au regard des marchés réservés :"),
        *_reserved(party),
        Heading("D – Documents de preuve", "CCP, art. R. 2143-6 à R. 2143-14."),
        *_proofs(party),
        *_abilities(party),
        Heading("Signature"),
        Signature(one_line(company.name), ROLES[party.role], TO_SIGN),
    ]
    return Paper(
        title="Déclaration du membre du groupement",
        subtitle=one_line(company.name),
        group=one_line(facts.name),
        purpose="Ce document reprend les rubriques du formulaire DC2, à remplir par chaque membre. "
        "Les lignes en pointillé sont à compléter par le membre.",
        blocks=tuple(blocks),
    )


def _works(facts: Facts, lot: Lot, party: Party) -> list[str]:
    """What a party does of a lot, each work once."""
    own = [part for part in lot.all_parts if facts.parties[part.party] is party]
    return list(dict.fromkeys(one for part in own if (one := part.tasks or party.tasks)))


def _reserved(party: Party) -> list[Block]:
    """Boxes of lots that are reserved, ticked as the member's own proofs have it."""
    held = {one.kind for one in party.proofs}
    return [
        Checks(
            (
                (Proof.ADAPTED in held, "entreprise adaptée, ESAT ou équivalent (CCP, L. 2113-12)"),
                (Proof.INSERTION in held, "insertion par l'activité économique (CCP, L. 2113-13)"),
                (Proof.ESUS in held, "économie sociale et solidaire (CCP, L. 2113-15)"),
                (False, "aucune de ces situations"),
            )
        )
    ]


def _proofs(party: Party) -> list[Block]:
    """What the member proves on the deadline; a line to fill where the service knows of nothing."""
    if not party.proofs:
        return [Fields((("Documents joints ou accessibles en ligne", None),))]
    rows = tuple(
        Row(
            (
                f"{PROOFS[one.kind]}\n{one_line(one.title)}" if one.title else PROOFS[one.kind],
                ", ".join(one_line(said) for said in (one.issuer, one.number) if said) or "–",
                until(one.valid_from, one.valid_until),
            )
        )
        for one in party.proofs
    )
    columns = (Column("Document", 7), Column("Établi par, numéro", 5), Column("Valable", 6))
    return [Table(columns, rows)]


def _proved(party: Party, *kinds: Proof) -> str | None:
    """The proofs of some kinds by name, None when there is none: a line to fill."""
    found = [
        ", ".join([one.title or PROOFS[one.kind], *([one.issuer] if one.issuer else [])])
        for one in party.proofs
        if one.kind in kinds
    ]
    return "\n".join(found) or None


def _abilities(party: Party) -> list[Block]:
    company = party.company
    headcount = f"{company.headcount} équivalents temps plein" if company.headcount else None
    insured = _proved(party, Proof.LIABILITY_INSURANCE, Proof.DECENNIAL_INSURANCE)
    qualified = _proved(party, Proof.QUALIFICATION, Proof.QUALIOPI, Proof.RGE)
    return [
        Heading("E – Aptitude à exercer l'activité professionnelle"),
        Fields(
            (
                ("Inscription à un registre", _proved(party, Proof.REGISTRATION)),
                ("Autorisation ou agrément exigé", None),
            )
        ),
        Heading("F – Capacité économique et financière"),
        Fields(
            (
                ("Chiffre d'affaires, exercice N−1", None),
                ("Chiffre d'affaires, exercice N−2", None),
                ("Chiffre d'affaires, exercice N−3", None),
                ("Assurance des risques professionnels", insured),
            )
        ),
        Heading("G – Capacité technique et professionnelle"),
        Fields(
            (
                ("Effectif", headcount),
                ("Compétences", ", ".join(company.skills) or None),
                ("Références comparables", None),
                ("Certificats de qualification", qualified),
            )
        ),
        Heading("H – Capacités d'autres opérateurs sur lesquelles le membre s'appuie"),
        Fields((("Opérateurs et moyens", None),)),
    ]
