"""What a notice is, whatever the source that sent it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.kernel.money import Money


class NoticeKind(StrEnum):
    """What a notice announces."""

    CALL = "call"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    AWARD = "award"
    OTHER = "other"


class Nature(StrEnum):
    """What is bought (CCP L1111-2 to L1111-4)."""

    WORKS = "works"
    SUPPLIES = "supplies"
    SERVICES = "services"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The instant after which a bid is late (CCP R2143-2, R2151-5), and how it is known.

    ``at`` is aware, in UTC; ``zone`` the buyer's IANA zone; ``text`` the source's own words,
    kept as evidence; ``certain`` is false when the source is known to lie in this shape.
    """

    at: datetime
    zone: str
    text: str
    certain: bool


class Reservation(StrEnum):
    """For whom a contract or a lot is reserved."""

    SHELTERED = "sheltered"
    """Disabled or disadvantaged workers (CCP L2113-12 to L2113-14; BT-71 ``res-ws``)."""
    SOCIAL_ECONOMY = "social_economy"
    """Social and solidarity economy (CCP L2113-15, L2113-16; BT-71 ``res-pub-ser``)."""


class CriterionKind(StrEnum):
    """What a criterion weighs (CCP R2152-7; BT-539)."""

    PRICE = "price"
    COST = "cost"
    QUALITY = "quality"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Criterion:
    """An award criterion; ``weight`` in the source's own words, which may sum to anything.

    ``unit`` says what the weight is, when the source does: ``percent``, ``points``, ``rank``.
    """

    kind: CriterionKind
    name: str
    weight: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Award:
    """One winner of one lot (``None``: of the whole); ``concluded_on`` is when it was signed."""

    winner: str
    lot: str | None = None
    winner_siret: str | None = None
    amount: Money | None = None
    concluded_on: date | None = None


@dataclass(frozen=True, slots=True)
class NoticeLot:
    """A part that can be bid for and won alone; ``number`` is the buyer's own label.

    What is empty here is as the whole notice has it. ``duration_months`` is the contract's.
    """

    number: str
    title: str
    description: str = ""
    cpv: tuple[str, ...] = ()
    estimate: Money | None = None
    nuts: tuple[str, ...] = ()
    deadline: Deadline | None = None
    criteria: tuple[Criterion, ...] = ()
    reserved: tuple[Reservation, ...] = ()
    duration_months: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One published version of one notice in one source, read but not yet stored.

    ``source_id`` names it in its source; ``procedure_id`` groups the notices of one procedure
    when the source says so; ``follows`` are source ids of the notices that this one corrects,
    cancels or awards. ``departments`` are INSEE codes, two or three characters (``02``, ``2A``,
    ``974``), ``nuts`` codes of two to five. CPV codes are eight digits without the check digit.

    ``deadline`` is the first instant at which something is due; ``application_deadline`` and
    ``bid_deadline`` tell which, where the source does. ``documents`` are addresses;
    ``renews`` is the earlier contract, in the source's words.
    """

    source_id: str
    title: str
    buyer: str
    published_on: date
    kind: NoticeKind
    procedure_id: str | None = None
    follows: tuple[str, ...] = ()
    description: str = ""
    buyer_siret: str | None = None
    nature: Nature | None = None
    concession: bool = False
    procedure: str | None = None
    cpv: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    nuts: tuple[str, ...] = ()
    lots: tuple[NoticeLot, ...] = ()
    estimate: Money | None = None
    deadline: Deadline | None = None
    application_deadline: Deadline | None = None
    bid_deadline: Deadline | None = None
    criteria: tuple[Criterion, ...] = ()
    reserved: tuple[Reservation, ...] = ()
    documents: tuple[str, ...] = ()
    renews: str | None = None
    duration_months: int | None = None
    awards: tuple[Award, ...] = ()
    url: str | None = None


class UnreadableItem(ValueError):
    """One item of a source that cannot be read: the message is the reason it is set aside.

    ``address`` is where an item that never arrived can be asked for again.
    """

    def __init__(self, reason: str, address: str | None = None) -> None:
        super().__init__(reason)
        self.address = address


@dataclass(slots=True)
class Counts:
    """What became of the items of one run."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    set_aside: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
