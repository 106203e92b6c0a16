"""Rules of what a cluster follows."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.errors import Conflict, Invalid
from app.kernel.ids import encode


class SeveralBids(StrEnum):
    """Whether the buyer lets one company bid several times (CCP R2142-21, R2151-7)."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class Stance(StrEnum):
    """What a member would do on a lot."""

    LEAD = "lead"
    PART = "part"
    NO = "no"


class NewsKind(StrEnum):
    """What a notice brings to a tender that a cluster follows."""

    FOLLOWED = "followed"
    """The first word: what the notice said when the cluster began to follow it."""
    DEADLINE_MOVED = "deadline_moved"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    RESULT = "result"
    ECHO = "echo"
    """No news: another source said the same before."""


class AlreadyFollowed(Conflict):
    """One procedure, one tender in a cluster: ``tender_id``, which all its people may see."""

    code = "already_followed"
    title = "Le regroupement suit déjà cette consultation."

    def __init__(self, tender_id: UUID) -> None:
        super().__init__()
        self.existing = encode("ten", tender_id)


class UnknownLot(Invalid):
    """The lot is not one of this tender's."""

    code = "unknown_lot"
    title = "Ce lot n'est pas de cette consultation."


@dataclass(frozen=True, slots=True)
class DeadlineIn:
    """A deadline typed by a person: wall time in the buyer's zone (CCP R2151-5)."""

    wall_time: datetime
    zone: str

    def instant(self) -> datetime:
        """The instant, in UTC. Of an hour that the autumn repeats, the first: never late."""
        return self.wall_time.replace(tzinfo=ZoneInfo(self.zone), fold=0).astimezone(UTC)


def is_late(deadline_at: datetime | None, certain: bool | None, at: datetime) -> bool:
    """Whether a hand-in at ``at`` is late, by the second (CCP R2143-2, R2151-5).

    A deadline that its source may have misstated never makes a bid late by itself.
    """
    return deadline_at is not None and bool(certain) and at > deadline_at


def news_kind(*, cancels: bool, awards: bool, moved: bool) -> NewsKind:
    """What to call news: of several things at once, what changes most for a bidder."""
    if cancels:
        return NewsKind.CANCELLED
    if awards:
        return NewsKind.RESULT
    return NewsKind.DEADLINE_MOVED if moved else NewsKind.CORRECTED
