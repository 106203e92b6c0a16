"""The contract between the parties: who they are, its articles, its annexes, their signatures."""

from collections.abc import Sequence

from app.consortia.domain import FORMS
from app.forms.blocks import (
    Article,
    Block,
    Entry,
    Fields,
    Heading,
    NewPage,
    Numbered,
    Paper,
    Para,
    Signature,
)
from app.forms.facts import Clause, Company, Facts, Lot, Party
from app.forms.papers.common import (
    TO_SIGN,
    answered,
    consultation,
    identity,
    lead_quality,
    lot_name,
    members_table,
    others,
    party_totals,
    presence_grid,
)
from app.forms.papers.shares import split_table, transfers
from app.forms.placeholders import filled
from app.forms.words import one_line, plain, siren, siret

_FEW_PARTIES = 8
"""Beyond, the parties are told in a table: their identity stands above each signature."""
_FEW_LOTS = 6
_ITEM = ("- ", "– ", "— ", "• ")


def agreement(facts: Facts, clauses: Sequence[Clause]) -> Paper:
    """The agreement of a group, from its clauses and its split."""
    blocks: list[Block] = [Heading("Entre les soussignées")]
    blocks += _parties(facts)
    blocks += _preamble(facts)
    blocks.append(Heading("Il est convenu ce qui suit"))
    blocks += [article(at, clause, facts) for at, clause in enumerate(clauses, start=1)]
    blocks += _annexes(facts)
    for party in facts.holders:
        blocks += _signature_page(facts, party)
    return Paper(
        title="Convention de groupement momentané d'entreprises",
        subtitle=f"{FORMS[facts.form].capitalize()} – {one_line(facts.tender)}",
        group=one_line(facts.name),
        purpose="",
        blocks=tuple(blocks),
    )


def article(number: int, clause: Clause, facts: Facts) -> Article:
    """A clause as an article: its paragraphs are numbered, what begins with a dash is listed."""
    paragraphs: list[Numbered] = []
    for paragraph in plain(clause.text).split("\n\n"):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        said = [line for line in lines if not line.startswith(_ITEM)]
        items = tuple(filled(line[2:].strip(), facts) for line in lines if line.startswith(_ITEM))
        if not lines:
            continue
        if not said and paragraphs:
            last = paragraphs.pop()
            paragraphs.append(Numbered(last.number, last.text, last.items + items))
            continue
        place = f"{number}.{len(paragraphs) + 1}"
        paragraphs.append(Numbered(place, filled(" ".join(said), facts), items))
    title = f"Article {number} – {filled(one_line(clause.title), facts)}"
    return Article(title, clause.law, tuple(paragraphs))


def _parties(facts: Facts) -> list[Block]:
    if len(facts.holders) > _FEW_PARTIES:
        return [
            members_table(facts),
            Para(
                "L'identité complète de chaque partie et celle de son représentant figurent "
                "au-dessus de sa signature."
            ),
        ]
    found: list[Block] = []
    for place, party in enumerate(facts.holders, start=1):
        represented = (("représentée par", None), ("en qualité de", None))
        name = one_line(party.company.name)
        found.append(Entry(f"{place}.", name, _told(party.company), represented))
    return found


def _told(company: Company) -> str:
    """What an agreement says of a company after its name."""
    place = ", ".join(one for one in (company.address, company.city) if one)
    said = [
        company.legal_form,
        f"dont le siège est situé {place}" if place else None,
        f"SIREN\u00a0{siren(company.siren)}" if company.siren else None,
        f"SIRET\u00a0{siret(company.siret)}" if company.siret else None,
    ]
    return "".join(f", {one}" for one in said if one) + ","


def _preamble(facts: Facts) -> list[Block]:
    lead = one_line(facts.lead.company.name)
    return [
        Para(
            "ci-après désignées ensemble « les Membres » et séparément « le Membre », "
            f"{lead} étant désignée « le Mandataire »."
        ),
        Heading("Préambule"),
        Para(
            f"{one_line(facts.buyer)} (« l'Acheteur ») a lancé la consultation décrite ci-dessous. "
            "Les Membres ont vérifié que leurs moyens et leurs savoir-faire se complètent et ont "
            "décidé d'y répondre ensemble. La présente convention fixe leurs rapports, de la "
            "préparation de l'offre à la fin du contrat."
        ),
        consultation(facts),
        Para("Le groupement répond à :"),
        answered(facts),
    ]


def _annexes(facts: Facts) -> list[Block]:
    version = f" (version {facts.split_number})" if facts.split_number else ""
    wide = len(facts.lots) > 1 and len(facts.parties) * len(facts.lots) > 40
    found: list[Block] = [
        NewPage(),
        Heading(
            f"Annexe 1 – Répartition des prestations{version}",
            "Montants en euros hors taxes. Les montants font foi ; les pourcentages en découlent.",
        ),
        split_table(facts, facts.lots, priced=True),
        *others(facts),
        Heading("Récapitulatif par Membre"),
        party_totals(facts),
        *transfers(facts),
    ]
    if wide:
        found += [
            NewPage(landscape=True),
            Heading("Annexe 2 – Présence des Membres par lot"),
            presence_grid(facts),
        ]
    return found


def _signature_page(facts: Facts, party: Party) -> list[Block]:
    name = one_line(party.company.name)
    lots = [
        lot
        for lot in facts.lots
        if any(facts.parties[part.party] is party for part in lot.all_parts)
    ]
    return [
        NewPage(),
        Heading(f"Signature – {name}"),
        Para(
            f"{name} déclare avoir pris connaissance de l'ensemble de la convention du groupement "
            f"« {one_line(facts.name)} » et de ses annexes, dont l'empreinte figure au pied de "
            "chaque page, et les accepter sans réserve."
        ),
        Fields((*identity(party.company), ("Lots", _named(lots)))),
        Signature(name, lead_quality(party.role), TO_SIGN),
    ]


def _named(lots: Sequence[Lot]) -> str:
    """Lots by their names; by their numbers where they are many: a signature is one page."""
    if len(lots) > _FEW_LOTS:
        return ", ".join(one_line(lot.number) for lot in lots)
    return "\n".join(map(lot_name, lots)) or "–"
