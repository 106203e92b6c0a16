"""Rules of what a cluster follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from app.certificates.domain import Kind
from app.kernel.errors import Conflict, Invalid
from app.kernel.ids import encode


class SeveralBids(StrEnum):
    """Whether the buyer lets one company bid several times (CCP R2142-21, R2151-7)."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class FormAtAward(StrEnum):
    """A form that the documents impose on who wins (R2142-22)."""

    CONJOINT = "conjoint"
    CONJOINT_LIABLE_LEAD = "conjoint_liable_lead"
    SOLIDAIRE = "solidaire"


RESERVING = frozenset({Kind.ADAPTED, Kind.INSERTION, Kind.ESUS})
"""What a company proves to answer a reserved lot (L2113-12 to L2113-16)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the documents of a tender say to candidates; of what nobody read, nothing is assumed.

    ``linked_bids``: whether companies that are linked may bid apart. ``one_lead``: nobody leads
    two groups on the whole tender, lots or not (the strict reading of R2142-23). ``negotiated``:
    the procedure has negotiation. ``launched_on``: the day of the call. ``bid_cap``, ``win_cap``:
    lots that one company may bid for, and win (L2113-10). ``asked``: what each holder proves on
    the deadline. ``reserved``: for a lot, what one of proves that a company may answer it.
    """

    several_bids: SeveralBids = SeveralBids.UNKNOWN
    linked_bids: SeveralBids = SeveralBids.UNKNOWN
    one_lead: bool = False
    negotiated: bool = False
    launched_on: date | None = None
    bid_cap: int | None = None
    win_cap: int | None = None
    asked: frozenset[Kind] = frozenset()
    reserved: Mapping[UUID, frozenset[Kind]] = field(default_factory=dict)
    form_at_award: FormAtAward | None = None
    form_reason: str | None = None

    def check(self) -> None:
        """Raise UnjustifiedForm, or UnknownReservation."""
        if self.form_at_award is not None and not self.form_reason:
            raise UnjustifiedForm
        if any(not kinds or kinds - RESERVING for kinds in self.reserved.values()):
            raise UnknownReservation


class UnjustifiedForm(Invalid):
    """A form is imposed on the winner only as the documents justify it (since 1/1/2025)."""

    code = "unjustified_form"
    title = (
        "Une forme n'est imposée au groupement attributaire que si les documents de la "
        "consultation le justifient (CCP R2142-22) : donnez leur motif."
    )


class UnknownReservation(Invalid):
    """Lots are reserved for some kinds of employers alone."""

    code = "unknown_reservation"
    title = (
        "Un lot est réservé aux structures adaptées, d'insertion ou de l'économie sociale et "
        "solidaire (CCP L2113-12 à L2113-16)."
    )


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
