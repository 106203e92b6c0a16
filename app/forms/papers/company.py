"""What one company declares of itself to the buyer."""

from app.forms.blocks import Block, Checks, Fields, Heading, Paper, Para, Signature
from app.forms.facts import Company, Facts, Lot, Party
from app.forms.papers.common import (
    TO_SIGN,
    buyer_fields,
    consultation,
    identity,
)
from app.forms.words import ROLES, one_line


def declaration(facts: Facts, party: Party) -> Paper:
    """What a party declares of itself, under the headings of form DC2; it names no price."""
    company = party.company
    work: tuple[tuple[str, str | None], ...] = tuple(
        (f"Lot n° {lot.number}", "\n".join(_works(facts, lot, party)) or lot.title)
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
        Heading("D – Situation du membre au regard des marchés réservés"),
        Checks(
            (
                (False, "entreprise adaptée, ESAT ou structure équivalente (CCP, L. 2113-12)"),
                (False, "structure d'insertion par l'activité économique (CCP, L. 2113-13)"),
                (False, "entreprise de l'économie sociale et solidaire (CCP, L. 2113-15)"),
                (False, "aucune de ces situations"),
            )
        ),
        *_abilities(company),
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


def _abilities(company: Company) -> list[Block]:
    headcount = f"{company.headcount} équivalents temps plein" if company.headcount else None
    return [
        Heading("E – Aptitude à exercer l'activité professionnelle"),
        Fields(
            (
                ("Inscription à un registre", None),
                ("Autorisation ou agrément exigé", None),
            )
        ),
        Heading("F – Capacité économique et financière"),
        Fields(
            (
                ("Chiffre d'affaires, exercice N−1", None),
                ("Chiffre d'affaires, exercice N−2", None),
                ("Chiffre d'affaires, exercice N−3", None),
                ("Assurance des risques professionnels", None),
            )
        ),
        Heading("G – Capacité technique et professionnelle"),
        Fields(
            (
                ("Effectif", headcount),
                ("Compétences", ", ".join(company.skills) or None),
                ("Références comparables", None),
                ("Certificats de qualification", None),
            )
        ),
        Heading("H – Capacités d'autres opérateurs sur lesquelles le membre s'appuie"),
        Fields((("Opérateurs et moyens", None),)),
    ]
