"""What readiness is judged by, as the caller may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.certificates.domain import Kind
from app.consortia.domain.conflicts import OwnBid
from app.consortia.domain.parties import HOLDERS, PartyRole
from app.consortia.domain.rivals import Held
from app.consortia.domain.states import Form
from app.tenders.domain import Rules


class Scope(StrEnum):
    """What the lead may sign for a company."""

    APPLICATION = "application"
    BID = "bid"
    CONTRACT = "contract"
    EXECUTION = "execution"


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A company that is in or invited."""

    id: UUID
    member_id: UUID | None
    role: PartyRole
    joined: bool
    approved: bool
    undertook: bool
    failed: bool
    in_split: bool

    @property
    def holds(self) -> bool:
        """Whether it will hold the contract."""
        return self.role in HOLDERS


@dataclass(frozen=True, slots=True)
class MandateFacts:
    """What a company lets the lead sign, and when; both days are included."""

    party_id: UUID
    scope: frozenset[Scope]
    valid_from: date
    valid_until: date | None

    def covers(self, scope: Scope, day: date) -> bool:
        """Whether it lets the lead sign this on that day."""
        until = self.valid_until
        return scope in self.scope and self.valid_from <= day and (until is None or day <= until)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate that the caller sees."""

    id: UUID
    member_id: UUID
    kind: Kind
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What the caller's company is held to elsewhere on the tender: for its own people alone."""

    member_id: UUID | None
    held: tuple[Held, ...]
    bids: tuple[OwnBid, ...]
    rules: Rules


@dataclass(frozen=True, slots=True)
class Facts:
    """All that readiness is judged by; ``day`` is that of the deadline, at the buyer's."""

    parties: tuple[PartyFacts, ...]
    lots: tuple[UUID, ...]
    has_split: bool
    split_strangers: bool
    proposed: bool
    mandates: tuple[MandateFacts, ...]
    certificates: tuple[CertificateFacts, ...]
    asked: frozenset[Kind]
    reserved: Mapping[UUID, frozenset[Kind]]
    day: date
    own: OwnFacts
    form_at_award: Form
    """Which the group takes if it wins: the bid's, unless it undertook another."""
    imposed_form: Form | None

    @property
    def holders(self) -> list[PartyFacts]:
        """Who is in and will hold the contract."""
        return [one for one in self.parties if one.holds and one.joined]
