"""What the body of a notice says, whatever its dialect, before it is a notice."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from app.kernel.money import Money
from app.watch.domain import (
    Award,
    Criterion,
    Deadline,
    Nature,
    NoticeLot,
    Reservation,
)
from app.watch.sources.deadline import Trust, earliest, read_deadline
from app.watch.sources.text import address

MAX_LOT_TITLE = 200
"""Characters; national forms have one text per lot, which may be a page."""

MAX_LOT_NUMBER = 40
"""Characters of the buyer's label."""

MAX_TITLE = 1000
"""Characters; a MAPA's object, its only title, may run over pages and stays whole below."""

MAX_DOCUMENTS = 20
"""Addresses of documents that one notice needs; eForms repeat them for each lot and language."""

MAX_MONTHS = 1200
"""A century: the longest concession is shorter, and what is longer is a slip."""

MAX_NAME = 500
"""Characters of a criterion: some put the whole method there."""

DAYS_A_MONTH = 365.2425 / 12

NATURES = {
    "travaux": Nature.WORKS,
    "works": Nature.WORKS,
    "fournitures": Nature.SUPPLIES,
    "supplies": Nature.SUPPLIES,
    "services": Nature.SERVICES,
}


@dataclass(frozen=True, slots=True)
class Periods:
    """Deadlines as written: of applications, of bids, and by a lot's number."""

    applications: tuple[str, ...] = ()
    bids: tuple[str, ...] = ()
    lots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """What a notice says, empty where it is silent; its fields are ``Notice``'s."""

    title: str = ""
    description: str = ""
    buyer: str = ""
    buyer_siret: str | None = None
    buyer_postcode: str = ""
    buyer_country: str = ""
    buyer_nuts: str = ""
    nature: Nature | None = None
    concession: bool = False
    procedure: str | None = None
    procedure_id: str | None = None
    cpv: tuple[str, ...] = ()
    nuts: tuple[str, ...] = ()
    lots: tuple[NoticeLot, ...] = ()
    estimate: Money | None = None
    periods: Periods = Periods()
    criteria: tuple[Criterion, ...] = ()
    reserved: tuple[Reservation, ...] = ()
    documents: tuple[str, ...] = ()
    renews: str | None = None
    duration_months: int | None = None
    awards: tuple[Award, ...] = ()
    follows: tuple[str, ...] = ()
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """Periods as instants; ``first`` is the first hurdle of all."""

    application: Deadline | None
    bid: Deadline | None
    first: Deadline | None
    lots: tuple[NoticeLot, ...]


def dated(body: Body, trust: Trust, zone: str | None) -> Dates:
    """The body's periods read; a lot whose deadline is the whole notice's does not repeat it."""

    def read(texts: Iterable[str]) -> Deadline | None:
        found = (read_deadline(text.strip(), trust, zone) for text in texts)
        return earliest([deadline for deadline in found if deadline])

    application, bid = read(body.periods.applications), read(body.periods.bids)
    first = earliest([one for one in (application, bid) if one])
    lots = []
    for lot in body.lots:
        own = read(body.periods.lots.get(lot.number, ()))
        lots.append(replace(lot, deadline=own) if own and first and own.at != first.at else lot)
    return Dates(application, bid, first, tuple(lots))


def hoisted(body: Body) -> Body:
    """What all lots say alike is said once, of the whole."""
    shared: dict[str, Any] = {}
    for name in ("criteria", "reserved", "duration_months", "nuts"):
        said = {getattr(lot, name) for lot in body.lots}
        whole = getattr(body, name)
        value = next(iter(said)) if len(said) == 1 else None
        if value and whole in (value, (), None):
            shared[name] = value
    blank: dict[str, Any] = {
        one.name: one.default for one in fields(NoticeLot) if one.name in shared
    }
    return replace(body, lots=tuple(replace(lot, **blank) for lot in body.lots), **shared)


def numbered(lots: list[NoticeLot]) -> tuple[NoticeLot, ...]:
    """Lots whose numbers are theirs alone: an unnamed one takes its rank, a repeated one a mark."""
    taken: dict[str, NoticeLot] = {}
    for rank, lot in enumerate(lots, start=1):
        number = wished = lot.number[:MAX_LOT_NUMBER] or str(rank)
        mark = 2
        while number in taken:
            number, mark = f"{wished} ({mark})", mark + 1
        taken[number] = replace(lot, number=number)
    return tuple(taken.values())


def lot_of(
    number: str, title: str, words: str, codes: tuple[str, ...], estimate: Money | None
) -> NoticeLot:
    """A lot with a short title, told once: what is cut from the title stays below it."""
    name = title or " ".join(words.split())
    if len(name) > MAX_LOT_TITLE:
        words = "\n\n".join(filter(None, [title, words]))
        name = name[: MAX_LOT_TITLE - 1].rstrip() + "…"
    return NoticeLot(number, name, words if words != name else "", codes, estimate)


def titled(title: str) -> str:
    """A title that fits; what is cut stays in the description."""
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


def documents(written: Iterable[str]) -> tuple[str, ...]:
    """Addresses of documents, once each, in the order of the notice."""
    known = dict.fromkeys(url for one in written if (url := address(one)))
    return tuple(known)[:MAX_DOCUMENTS]


def months(written: str, unit: Callable[[float], float] = lambda n: n) -> int | None:
    """A duration in whole months, at least one; ``unit`` makes months of the number written."""
    try:
        number = unit(float(written.strip().replace(",", ".")))
    except ValueError:
        return None
    if not 0 < number <= MAX_MONTHS:  # NaN is neither
        return None
    return max(1, round(number))
