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


@dataclass(frozen=True, slots=True)
class NoticeLot:
    """A part that can be bid for and won alone; ``number`` is the buyer's own label."""

    number: str
    title: str
    description: str = ""
    cpv: tuple[str, ...] = ()
    estimate: Money | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One published version of one notice in one source, read but not yet stored.

    ``source_id`` names it in its source; ``procedure_id`` groups the notices of one procedure
    when the source says so; ``follows`` are source ids of the notices that this one corrects,
    cancels or awards. ``departments`` are INSEE codes, two or three characters (``02``, ``2A``,
    ``974``). CPV codes are eight digits without the check digit.
    """

    source: str
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
    lots: tuple[NoticeLot, ...] = ()
    estimate: Money | None = None
    deadline: Deadline | None = None
    url: str | None = None


class UnreadableItem(ValueError):
    """One item of a source that cannot be read: the message is the reason it is set aside."""


@dataclass(slots=True)
class Counts:
    """What became of the items of one run."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    set_aside: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
