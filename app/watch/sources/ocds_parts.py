"""What a release of OCDS says of parties, places, codes, lots, criteria, awards and durations."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.kernel.money import Money
from app.watch.areas import departments_of_nuts
from app.watch.domain import Award, Criterion, CriterionKind, Deadline, NoticeLot, Reservation
from app.watch.sources import tree
from app.watch.sources.body import DAYS_A_MONTH, MAX_MONTHS, lot_of, numbered
from app.watch.sources.body import documents as listed
from app.watch.sources.deadline import Trust, day, read_deadline
from app.watch.sources.ocds_tree import Node, amount, node, nodes, number, prose, said, text, texts
from app.watch.sources.text import address
from app.watch.zones import department_of_postcode

UTC = "Etc/UTC"

UNWON = {"cancelled", "unsuccessful", "pending"}
"""States of an award that nobody has won (OCDS 1.1, awardStatus)."""

KINDS = {
    "price": CriterionKind.PRICE,
    "cost": CriterionKind.COST,
    "quality": CriterionKind.QUALITY,
}
UNITS = (("percentage", "percent"), ("points", "points"), ("order", "rank"))
RESERVED = (
    (("shelter", "res-ws"), Reservation.SHELTERED),
    (("publicservicemission", "res-pub-ser"), Reservation.SOCIAL_ECONOMY),
)

_NUTS = re.compile(
    # The Union's countries and those that share its areas: « DF » is a district of Mexico.
    r"(A[LT]|B[EG]|C[HYZ]|D[EK]|E[ELS]|F[IR]|H[RU]|I[EST]|L[ITUV]|M[EKT]|N[LO]|P[LT]|R[OS]"
    r"|S[EIK]|TR|UK|XK)[0-9A-Z]{1,3}"
)
_ZULU = re.compile(r"[Zz]$")


def deadline(words: str, zone: str | None) -> Deadline | None:
    """The instant at which something is due for a buyer in ``zone`` (None: unknown).

    An offset counts as it is stated. ``Z`` is doubted, since publishers write local time so: the
    earlier of its two readings counts, and it is certain only where both are one.
    """
    stated = read_deadline(_ZULU.sub("Z", words), Trust.STATED, zone or UTC)
    if stated is None:
        return None
    offset = words[10:]
    if not _ZULU.search(words) and ("+" in offset or "-" in offset):
        return stated
    wall = read_deadline(words.rstrip("Zz"), Trust.LYING, zone or UTC)
    at = min(stated.at, wall.at) if wall else stated.at
    same = zone is not None and wall is not None and wall.at == stated.at
    return Deadline(at, stated.zone, words, certain=same and stated.certain and "T" in words)


def documents_dates(release: Node) -> Iterator[str]:
    """When the documents of a release, its awards and contracts were published or decided."""
    for path in (("tender", "documents"), ("awards", "documents"), ("contracts", "documents")):
        yield from texts(release, *path, "datePublished")
    yield from texts(release, "awards", "date")
    yield from texts(release, "contracts", "dateSigned")


def buyer(release: Node) -> Node:
    """The party that buys: the one the buyer's reference names, else the first in that role."""
    named = text(release, "buyer", "id")
    parties = nodes(release, "parties")
    for party in parties:
        if named and said(party.get("id")) == named:
            return party
    for role in ("buyer", "procuringEntity"):
        for party in parties:
            if role in texts(party, "roles"):
                return party
    return node(release, "buyer") or node(release, "tender", "procuringEntity")


def buyer_name(release: Node) -> str:
    """The buyer's name, or ``""``."""
    party = buyer(release)
    names = (
        text(release, "buyer", "name"),
        said(party.get("name")),
        text(party, "identifier", "legalName"),
        text(release, "tender", "procuringEntity", "name"),
    )
    return next((name for name in names if name), "")


def siret(party: Node) -> str | None:
    """The French number of an establishment, when the party bears one."""
    for one in [*nodes(party, "identifier"), *nodes(party, "additionalIdentifiers")]:
        known = tree.siret(text(one, "id"))
        if known and text(one, "scheme").upper().startswith("FR"):
            return known
    return None


def items(release: Node) -> list[Node]:
    """What is bought: the tender's items, else those of contracts and awards."""
    for section in ("tender", "contracts", "awards"):
        if found := nodes(release, section, "items"):
            return found
    return []


def cpv(*things: Node | Iterable[Node]) -> tuple[str, ...]:
    """The CPV codes of these, main ones first; other schemes are no codes of ours."""
    flat = [one for thing in things for one in ([thing] if isinstance(thing, dict) else thing)]
    found: list[str] = []
    for name in ("classification", "additionalClassifications"):
        for code in nodes(flat, name):
            scheme = (text(code, "scheme") or text(code, "schema")).upper()
            if scheme in ("CPV", "X_CPV", "CPV2008"):
                found += [words.removesuffix(".0") for words in texts(code, "id")]
    return tree.cpv(*found)


def places(*things: Node | Iterable[Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """NUTS codes and French departments where these are delivered."""
    flat = [one for thing in things for one in ([thing] if isinstance(thing, dict) else thing)]
    addresses = [*nodes(flat, "deliveryAddresses"), *nodes(flat, "deliveryAddress")]
    codes = [text(one, "region").upper() for one in addresses]
    for name in ("deliveryLocation", "deliveryLocations"):
        for gazetteer in nodes(flat, name, "gazetteer"):
            if text(gazetteer, "scheme").upper().startswith("NUTS"):
                codes += list(texts(gazetteer, "identifiers"))
    nuts = tuple(dict.fromkeys(code for code in codes if _NUTS.fullmatch(code)))
    found = [one for code in nuts if len(code) == 5 for one in departments_of_nuts(code)]
    found += [one for place in addresses if (one := _department(place))]
    return nuts, tuple(dict.fromkeys(found))


def value(tender: Node) -> Money | None:
    """What the tender is thought to be worth."""
    return next((money for one in nodes(tender, "value") if (money := amount(one))), None)


def lots(tender: Node, zone: str | None) -> tuple[NoticeLot, ...]:
    """The lots, with the items that name them."""
    by_lot: dict[str, list[Node]] = defaultdict(list)
    for item in nodes(tender, "items"):
        for name in (*texts(item, "relatedLot"), *texts(item, "relatedLots")):
            by_lot[name].append(item)
    found = []
    for lot in nodes(tender, "lots"):
        own = by_lot.get(text(lot, "id"), [])
        label, words = text(lot, "id"), prose(lot.get("description"))
        title = text(lot, "title") or ("" if words else f"Lot {label}".strip())
        one = lot_of(label, title, words, cpv(lot, own), value(lot))
        found.append(
            replace(
                one,
                nuts=places(lot, own)[0],
                deadline=deadline(text(lot, "tenderPeriod", "endDate"), zone),
                criteria=criteria(lot),
                reserved=reserved(lot),
                duration_months=months(node(lot, "contractPeriod")),
            )
        )
    return numbered(found)


def criteria(tender: Node) -> tuple[Criterion, ...]:
    """The award criteria of a tender or a lot (OCDS award criteria extension)."""
    found = []
    for one in nodes(tender, "awardCriteria", "criteria"):
        kind = KINDS.get(text(one, "type").lower(), CriterionKind.OTHER)
        name = text(one, "name") or text(one, "description")
        weight, unit = _weight(one)
        if name or weight or kind is not CriterionKind.OTHER:
            found.append(Criterion(kind, name or kind.value, weight, unit))
    return tuple(found)


def reserved(tender: Node) -> tuple[Reservation, ...]:
    """For whom a tender or a lot is reserved (OCDS for the European Union, BT-71)."""
    said_so = [
        *texts(tender, "otherRequirements", "reservedParticipation"),
        *texts(tender, "otherRequirements", "reservedParticipations"),
    ]
    words = " ".join(said_so).lower()
    return tuple(meaning for signs, meaning in RESERVED if any(sign in words for sign in signs))


def awards(release: Node) -> tuple[Award, ...]:
    """Who won what. Several suppliers of one award won it together, for one amount."""
    contracts = {text(one, "awardID"): one for one in nodes(release, "contracts")}
    found = []
    for award in nodes(release, "awards"):
        suppliers = [one for one in nodes(award, "suppliers") if text(one, "name")]
        if text(award, "status").lower() in UNWON or not suppliers:
            continue
        contract = contracts.get(text(award, "id"), {})
        lot = ", ".join([*texts(award, "relatedLots"), *texts(award, "relatedLot")])
        found.append(
            Award(
                winner=" ; ".join(text(one, "name") for one in suppliers),
                lot=lot or None,
                winner_siret=_siret_of(release, suppliers[0]) if len(suppliers) == 1 else None,
                amount=value(award) or value(contract),
                concluded_on=day(text(contract, "dateSigned")) or day(text(award, "date")),
            )
        )
    return tuple(found)


def duration(release: Node) -> int | None:
    """Months of the contract: as signed, else as awarded, else as announced."""
    periods = [
        *nodes(release, "contracts", "period"),
        *nodes(release, "awards", "contractPeriod"),
        *nodes(release, "tender", "contractPeriod"),
    ]
    return next((length for one in periods if (length := months(one))), None)


def months(period: Node) -> int | None:
    """The length of a period in whole months, at least one; None when it has none."""
    days = number(period.get("durationInDays"))
    start, end = day(text(period, "startDate")), day(text(period, "endDate"))
    if not days and start and end:
        days = (end - start).days + 1
    if not days or days < 1:
        return None
    length = max(1, round(days / DAYS_A_MONTH))
    return length if length <= MAX_MONTHS else None


def documents(release: Node) -> tuple[str, ...]:
    """Addresses of the documents, those of the tender first."""
    return listed(
        said(one.get("url"))
        for section in ("tender", "planning", "awards", "contracts")
        for one in nodes(release, section, "documents")
    )


def own_page(release: Node) -> str | None:
    """Where the publisher shows the notice: a document that is a notice, the newest stage first."""
    for section in ("contracts", "awards", "tender", "planning"):
        for one in nodes(release, section, "documents"):
            shown = text(one, "documentType").lower().endswith("notice")
            if shown and (url := address(said(one.get("url")))):
                return url
    return address(text(release, "tender", "url"))


def _siret_of(release: Node, supplier: Node) -> str | None:
    named = text(supplier, "id")
    party = next((one for one in nodes(release, "parties") if text(one, "id") == named), {})
    return siret(party) or siret(supplier)


def _weight(criterion: Node) -> tuple[str | None, str | None]:
    for one in nodes(criterion, "numbers"):
        unit = text(one, "weight").lower()
        figure = text(one, "number")
        if figure and unit:
            return figure, next((ours for sign, ours in UNITS if unit.startswith(sign)), None)
    return None, None


def _department(place: Node) -> str | None:
    country = (text(place, "country") or text(place, "countryName")).upper()
    french = country in ("FR", "FRA", "FRANCE")
    return department_of_postcode(text(place, "postalCode")) if french else None
