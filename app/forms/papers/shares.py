"""Who does what for how much, as a table: lot by lot, tranche by tranche, item by item."""

from app.consortia.domain.splits import FIRM
from app.forms.blocks import Block, Column, Heading, Para, Row, Table
from app.forms.facts import Facts, Item, Lot, Part, Terms
from app.forms.papers.common import lot_name, name_in_split
from app.forms.words import euros, one_line, percent, percents


def split_table(facts: Facts, lots: tuple[Lot, ...], *, priced: bool) -> Table:
    """Lot × party × work, and × amount where prices are shown."""
    columns = [Column("N°", 0, "center"), Column("Entreprise", 5), Column("Prestations", 8)]
    if priced:
        columns += [Column("Part", 0, "right"), Column("Montant HT", 0, "right")]
    rows: list[Row] = []
    for lot in lots:
        if not lot.items:
            rows.append(Row((lot_name(lot),), "group"))
            rows += _lines(facts, lot.parts, priced=priced)
        for item in lot.items:
            rows.append(Row((f"{lot_name(lot)} – {item_name(item)}",), "group"))
            rows += _lines(facts, item.parts, priced=priced)
            if priced:
                rows.append(_total("Sous-total", item.amount_cents))
        if priced:
            whole = "Total" if lot.undivided else f"Total du lot n° {one_line(lot.number)}"
            rows.append(_total(whole, lot.amount_cents))
    return Table(tuple(columns), tuple(rows))


def item_name(item: Item) -> str:
    """``tranche ferme, sonorisation``."""
    tranche = None
    if item.tranche is not None:
        optional = f"tranche optionnelle {item.tranche}"
        tranche = "tranche ferme" if item.tranche == FIRM else optional
    named = [one for one in (tranche, one_line(item.label) if item.label else None) if one]
    return ", ".join(named)


def transfers(facts: Facts) -> list[Block]:
    """What parties hand to each other of their parts; nothing where nothing was agreed."""
    lots = [lot for lot in facts.lots if lot.terms != Terms()]
    if not lots:
        return []
    rows: list[Row] = []
    for lot in lots:
        rows.append(Row((f"{lot_name(lot)} : {_terms(facts, lot.terms)}",), "group"))
        rows += [
            Row(
                (
                    str(one.party + 1),
                    one_line(facts.parties[one.party].company.name),
                    euros(lot.of_party(one.party)),
                    euros(one.fee_cents),
                    euros(one.expenses_cents),
                )
            )
            for one in lot.terms.handed
        ]
    columns = (
        Column("N°", 0, "center"),
        Column("Entreprise", 6),
        Column("Part HT", 3, "right"),
        Column("Dont rémunération du Mandataire", 4, "right"),
        Column("Dont dépenses communes", 4, "right"),
    )
    return [
        Heading("Rémunération du Mandataire et dépenses communes"),
        Para("Ces sommes se règlent entre les Membres et ne modifient pas les Parts.", "small"),
        Table(columns, tuple(rows)),
    ]


def _terms(facts: Facts, terms: Terms) -> str:
    said: list[str] = []
    if terms.fee_bps is not None:
        fee = percent(terms.fee_bps)
        said.append(f"rémunération du Mandataire de {fee} de chaque Part")
    if terms.keeper is not None:
        size = (
            f"{percent(terms.expenses_bps)} de chaque Part"
            if terms.expenses_bps is not None
            else f"{euros(terms.expenses_cents)} au prorata des Parts"
        )
        keeper = one_line(facts.parties[terms.keeper].company.name)
        said.append(f"dépenses communes de {size}, compte tenu par {keeper}")
    return " ; ".join(said)


def _lines(facts: Facts, parts: tuple[Part, ...], *, priced: bool) -> list[Row]:
    rows = []
    amounts, bps = [one.amount_cents for one in parts], [one.bps for one in parts]
    for part, share in zip(parts, percents(amounts, bps), strict=True):
        party = facts.parties[part.party]
        work = part.tasks or ("Mandat et coordination" if part.mandate else party.tasks) or "–"
        cells = [str(part.party + 1), name_in_split(facts, party), work]
        if priced:
            cells += [share, euros(part.amount_cents)]
        rows.append(Row(tuple(cells)))
    return rows


def _total(label: str, cents: int | None) -> Row:
    return Row(("", label, "", "100,00\u00a0%", euros(cents)), "total")
