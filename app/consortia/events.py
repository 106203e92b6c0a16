"""Public facts of a joint answer: ids only, and only for its parties."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ConsortiumFormed(Event):
    """A lead opened a joint answer."""

    type: ClassVar[str] = "consortium.formed"
    consortium_id: UUID


@dataclass(frozen=True, slots=True)
class PartyInvited(Event):
    """A company was asked to come in."""

    type: ClassVar[str] = "party.invited"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class PartyRefused(Event):
    """A company declined its invitation."""

    type: ClassVar[str] = "party.refused"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class PartyUninvited(Event):
    """The lead took an invitation back."""

    type: ClassVar[str] = "party.uninvited"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class PartyWithdrew(Event):
    """A company left while talks were open."""

    type: ClassVar[str] = "party.withdrew"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class PartyJoined(Event):
    """A company came in by its own word."""

    type: ClassVar[str] = "party.joined"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class PersonNamed(Event):
    """The lead lets a person see the consortium."""

    type: ClassVar[str] = "person.named"
    consortium_id: UUID
    named_id: UUID


@dataclass(frozen=True, slots=True)
class PersonLeft(Event):
    """A person is no longer named."""

    type: ClassVar[str] = "person.left"
    consortium_id: UUID
    named_id: UUID


@dataclass(frozen=True, slots=True)
class SplitWritten(Event):
    """A new version of the split."""

    type: ClassVar[str] = "split.written"
    consortium_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class AgreementProposed(Event):
    """Every party is asked to approve."""

    type: ClassVar[str] = "agreement.proposed"
    consortium_id: UUID
    agreement_id: UUID


@dataclass(frozen=True, slots=True)
class AgreementWithdrawn(Event):
    """The proposal is taken back: talks go on."""

    type: ClassVar[str] = "agreement.withdrawn"
    consortium_id: UUID
    agreement_id: UUID


@dataclass(frozen=True, slots=True)
class AgreementReached(Event):
    """The last party approved."""

    type: ClassVar[str] = "agreement.reached"
    consortium_id: UUID
    agreement_id: UUID


@dataclass(frozen=True, slots=True)
class BidSubmitted(Event):
    """The bid is out."""

    type: ClassVar[str] = "bid.submitted"
    consortium_id: UUID


@dataclass(frozen=True, slots=True)
class AwardRecorded(Event):
    """The outcome of a lot is known."""

    type: ClassVar[str] = "award.recorded"
    consortium_id: UUID
    award_id: UUID


@dataclass(frozen=True, slots=True)
class ApplicationSubmitted(Event):
    """The application is out: the composition is frozen."""

    type: ClassVar[str] = "application.submitted"
    consortium_id: UUID


@dataclass(frozen=True, slots=True)
class RoundOpened(Event):
    """A bid that is out is written anew."""

    type: ClassVar[str] = "round.opened"
    consortium_id: UUID
    round_id: UUID


@dataclass(frozen=True, slots=True)
class CompositionChanged(Event):
    """A frozen composition changed, as the buyer accepted."""

    type: ClassVar[str] = "composition.changed"
    consortium_id: UUID
    change_id: UUID


@dataclass(frozen=True, slots=True)
class PartyFailed(Event):
    """A company withdrew or defaulted once the composition was frozen."""

    type: ClassVar[str] = "party.failed"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class SuccessionOffered(Event):
    """The lead's place is offered to another."""

    type: ClassVar[str] = "succession.offered"
    consortium_id: UUID
    succession_id: UUID


@dataclass(frozen=True, slots=True)
class LeadSucceeded(Event):
    """Another company leads from here on."""

    type: ClassVar[str] = "lead.succeeded"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class MandateGiven(Event):
    """A company lets the lead sign for it."""

    type: ClassVar[str] = "mandate.given"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class MandateEnded(Event):
    """The lead signs no more for a company."""

    type: ClassVar[str] = "mandate.ended"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class PartyUndertook(Event):
    """A company that holds nothing undertook in writing."""

    type: ClassVar[str] = "party.undertook"
    consortium_id: UUID
    party_id: UUID


@dataclass(frozen=True, slots=True)
class FormChanged(Event):
    """How parties are bound, or why they form a group, was said anew."""

    type: ClassVar[str] = "consortium.form_changed"
    consortium_id: UUID


@dataclass(frozen=True, slots=True)
class AwardReversed(Event):
    """The outcome of a lot was recorded wrongly, or was set aside."""

    type: ClassVar[str] = "award.reversed"
    consortium_id: UUID
    award_id: UUID


@dataclass(frozen=True, slots=True)
class ConsortiumWithdrawn(Event):
    """The parties gave up."""

    type: ClassVar[str] = "consortium.withdrawn"
    consortium_id: UUID


@dataclass(frozen=True, slots=True)
class ReceiptRecorded(Event):
    """Money came in."""

    type: ClassVar[str] = "receipt.recorded"
    consortium_id: UUID
    receipt_id: UUID
