"""What callers are shown of what befell a joint answer."""

from datetime import date

from pydantic import AwareDatetime, Field

from app.consortia.domain import ChangeGround, FailureKind, RoundGround, SignedBy
from app.infra.http.ids import (
    ApplicationId,
    ChangeId,
    FailureId,
    PartyId,
    PersonId,
    RoundId,
    SuccessionId,
)
from app.infra.http.schemas import Out


class ApplicationOut(Out):
    """The application as handed in."""

    id: ApplicationId
    submitted_at: AwareDatetime
    signed_by: SignedBy
    platform: str | None
    reference: str | None
    recorded_at: AwareDatetime


class RoundOut(Out):
    """A bid that is out is written anew."""

    id: RoundId
    number: int
    ground: RoundGround
    reason: str
    deadline_at: AwareDatetime | None
    recorded_at: AwareDatetime


class FailureOut(Out):
    """A company withdrew or defaulted."""

    id: FailureId
    party_id: PartyId
    kind: FailureKind
    reason: str
    on_day: date
    recorded_at: AwareDatetime


class ChangeOut(Out):
    """A frozen composition changed."""

    id: ChangeId
    ground: ChangeGround
    reason: str
    accepted_on: date
    leaving_id: PartyId | None
    joining_id: PartyId | None = Field(description="Invited: it comes in by its own word.")
    recorded_at: AwareDatetime


class SuccessionOut(Out):
    """The lead's place, offered to another."""

    id: SuccessionId
    from_id: PartyId
    to_id: PartyId
    reason: str
    accepted_on: date | None
    taken_at: AwareDatetime | None
    recorded_at: AwareDatetime


class StepOut(Out):
    """One step of a joint answer."""

    kind: str = Field(examples=["agreement.proposed"])
    at: AwareDatetime
    person_id: PersonId | None = Field(description="Null where the trail alone has it.")
    party_id: PartyId | None
    note: str | None


class StepsOut(Out):
    """Every step so far, oldest first."""

    items: list[StepOut]
