"""How BOAMP's national forms say when, for whom, how long and by which criteria."""

import re
from collections.abc import Iterable

from app.watch.domain import Criterion, CriterionKind, Reservation
from app.watch.sources.body import DAYS_A_MONTH, MAX_NAME, Periods, documents, months
from app.watch.sources.text import clean
from app.watch.sources.tree import each, find, nuts, raw_text, text, texts

_APPLICATION = re.compile("cand|interet|particip", re.IGNORECASE)
"""What the names of periods hold that end before bids are asked for."""

_SOCIAL = re.compile(r"social|solidaire|(?<![a-z])ess(?![a-z])|L2113-15", re.IGNORECASE)
_SHELTERED = {"MARCHE_RESERVE", "MARCHE_RESERVE_OUI", "ATELIERS_PROTEGES"}
_KINDS = {
    CriterionKind.PRICE: re.compile(r"\b(?:prix|tarif|montant)", re.IGNORECASE),
    CriterionKind.COST: re.compile(r"\bco[uû]t", re.IGNORECASE),
    CriterionKind.QUALITY: re.compile(
        r"qualit|technique|d[ée]lai|m[ée]thod|environnement|social", re.IGNORECASE
    ),
}
"""What a criterion's name holds when only its name tells its kind."""


def periods(parents: list[object], prefix: str) -> Periods:
    """Texts of the children whose name begins so: applications, and bids."""
    found: dict[bool, list[str]] = {True: [], False: []}
    for parent in parents:
        for name in parent if isinstance(parent, dict) else ():
            if name.lower().startswith(prefix):
                texts_ = (raw_text(child).strip() for child in find(parent, name))
                found[bool(_APPLICATION.search(name))] += filter(None, texts_)
    return Periods(tuple(found[True]), tuple(found[False]))


def addresses(own: Iterable[str], profile: Iterable[str]) -> tuple[str, ...]:
    """Where the documents are; the buyer's own platform when the notice names no other place."""
    return documents(own) or documents(profile)


def places(parents: list[object]) -> tuple[str, ...]:
    """NUTS codes of where the contract is performed."""
    return nuts(*texts(parents, "lieuCodeNUTS", "codeNUTS"))


def length(nodes: list[object]) -> int | None:
    """Months, or days that make some."""
    days = text(nodes, "nbJours")
    return months(text(nodes, "nbMois")) or months(days, lambda number: number / DAYS_A_MONTH)


def reserved(choices: list[object]) -> tuple[Reservation, ...]:
    """For whom it is reserved, in a box of « oui » and « non ».

    One box stands for articles L2113-12 to L2113-16 of the CCP: what is written below « oui »
    tells the social economy, and its silence sheltered work.
    """
    below = [
        child
        for choice in choices
        if isinstance(choice, dict)
        for name in choice
        if name.lower().endswith("oui")
        for child in (name, *each(choice[name]))
    ]
    if not below:
        return ()
    words = [*_names(below), *(clean(raw_text(child)) for child in below)]
    social = any(_SOCIAL.search(one) for one in words)
    return (Reservation.SOCIAL_ECONOMY if social else Reservation.SHELTERED,)


def legacy_reserved(parents: list[object]) -> tuple[Reservation, ...]:
    """The older forms know sheltered work alone."""
    return (Reservation.SHELTERED,) if _SHELTERED & set(_names(parents)) else ()


def _names(nodes: list[object]) -> list[str]:
    return [name for node in nodes if isinstance(node, dict) for name in node]


def weighed(nodes: list[object]) -> tuple[Criterion, ...]:
    """Criteria in percent, as the national forms write them."""
    read = ((text(node, "critere"), text(node, "criterePCT")) for node in nodes)
    return tuple(_criterion(name, weight, "percent") for name, weight in read if name)


def legacy_criteria(parents: list[object]) -> tuple[Criterion, ...]:
    """Weighed, else in their order: the four ways of these forms shut one another out."""
    terms = find(parents, "CRITERES_ATTRIBUTION")
    found = []
    for kind in ("CRITERES_PONDERES", "CRITERES_QUALITE", "CRITERES_PRIORITES"):
        for node in find(terms, kind, "CRITERE"):
            weight, rank = text(node, "@POIDS"), text(node, "@ORDRE")
            unit = "rank" if rank and not weight else None
            if name := text(node):
                found.append(_criterion(name, weight or rank, unit))
    prices = find(terms, "CRITERES_PRIX")
    found += [_criterion("Prix", text(price, "POIDS"), None) for price in prices]
    return tuple(found)


def _criterion(name: str, weight: str, unit: str | None) -> Criterion:
    """A criterion whose kind only its name tells."""
    kind = next((kind for kind, words in _KINDS.items() if words.search(name)), CriterionKind.OTHER)
    return Criterion(kind, name[:MAX_NAME], weight or None, unit if weight else None)
