"""What callers give."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.consortia.domain import Form, Outcome, PartyRole
from app.infra.http.ids import (
    LotId,
    MemberId,
    PartyId,
    PersonId,
    TenderId,
)
from app.infra.http.instant import Instant
from app.infra.http.schemas import In, LongText, MoneyIn, ShortText
from app.infra.http.text import Text

Reason = Annotated[str, Text(least=1, most=2_000, lines=True)]


class ConsortiumIn(In):
    """A joint answer to open; the caller's company leads it."""

    tender_id: TenderId
    name: ShortText = Field(examples=["Groupement Le Fil"])
    form: Form = Field(description="R2142-20; `conjoint_liable_lead`: R2142-24.")
    lot_ids: list[LotId] = Field(min_length=1, max_length=200)


class PartyIn(In):
    """A company of the cluster to invite."""

    member_id: MemberId
    role: PartyRole = PartyRole.CO_CONTRACTOR
    tasks: LongText | None = Field(None, examples=["Programmation et action culturelle"])


class NamedIn(In):
    """A person of the cluster who will see what the parties see."""

    person_id: PersonId


class DecisionIn(In):
    """Whom to let into rival consortia on a lot: a person, or a company."""

    person_id: PersonId | None = None
    member_id: MemberId | None = None
    lot_id: LotId
    reason: Reason = Field(examples=["Seule entreprise locale qualifiée pour la sonorisation."])

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.person_id is None) == (self.member_id is None):
            raise ValueError("give person_id or member_id, not both")
        return self


class SubmissionIn(In):
    """The bid as handed in."""

    submitted_at: Instant = Field(description="End of the upload (CCP R2151-5).")
    platform: ShortText | None = None
    reference: ShortText | None = Field(None, description="The platform's receipt.")


class AwardIn(In):
    """The outcome of one lot."""

    lot_id: LotId
    outcome: Outcome
    amount: MoneyIn | None = Field(
        None, description="Awarded amount excluding tax; may differ from the bid, or be unknown."
    )
    notified_on: date

    @model_validator(mode="after")
    def _lost_has_none(self) -> Self:
        if self.outcome == Outcome.LOST and self.amount is not None:
            raise ValueError("a lost lot has no amount")
        return self


class ReceiptIn(In):
    """Money that a party received on a lot, excluding tax."""

    lot_id: LotId
    party_id: PartyId
    amount: MoneyIn
    received_on: date
    reference: Annotated[str, Text(least=1, most=100)] = Field(
        description="Of the invoice or the transfer: unique per party and lot."
    )
    beyond_part: bool = Field(
        default=False,
        strict=True,
        description="Confirms that more comes in than the awarded part (revision, amendment).",
    )
