"""What callers give."""

from datetime import date
from typing import Annotated, Self, cast
from uuid import UUID

from pydantic import Field, StrictInt, model_validator

from app.consortia.domain import (
    Asked,
    ChangeGround,
    FailureKind,
    Form,
    Outcome,
    OutcomeDetails,
    Outside,
    PartyRole,
    RoundGround,
    SignedBy,
    Subcontract,
)
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
Score = Annotated[
    StrictInt,
    Field(ge=0, le=100_000, description="In hundredths of a point.", examples=[8_550]),
]


class ConsortiumIn(In):
    """A joint answer to open; the caller's company leads it."""

    tender_id: TenderId
    name: ShortText = Field(examples=["Groupement Le Fil"])
    form: Form = Field(description="R2142-20; `conjoint_liable_lead`: R2142-24.")
    lot_ids: list[LotId] = Field(min_length=1, max_length=200)


class OutsideIn(In):
    """A company that is not of the cluster; the lead records what it says."""

    name: ShortText = Field(examples=["Sonorisation du Forez SARL"])
    siret: Annotated[str, Text(least=14, most=30)] | None = Field(None, examples=["44306184100047"])


class SubcontractIn(In):
    """For whom a subcontractor works, and how it is paid."""

    works_for: PartyId
    payment_direct: bool = Field(
        default=True, strict=True, description="By the buyer: from 600 € incl. tax on (R2193-10)."
    )
    payment_terms: Reason = Field(examples=["30 jours, sur situations mensuelles"])


class PartyIn(In):
    """A company to ask in: of the cluster (`member_id`), or from `outside` it."""

    member_id: MemberId | None = None
    outside: OutsideIn | None = None
    role: PartyRole = PartyRole.CO_CONTRACTOR
    tasks: LongText | None = Field(None, examples=["Programmation et action culturelle"])
    subcontract: SubcontractIn | None = Field(None, description="Of a subcontractor (R2193-1).")

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.member_id is None) == (self.outside is None):
            raise ValueError("Donnez member_id ou outside, pas les deux.")
        return self

    def asked(self) -> Asked:
        """What the use case takes."""
        terms = self.subcontract
        subcontract = None
        if terms is not None:
            subcontract = Subcontract(terms.works_for, terms.payment_direct, terms.payment_terms)
        if self.outside is not None:
            outside = Outside(self.outside.name, self.outside.siret)
            return Asked(outside, self.role, self.tasks, subcontract)
        return Asked(cast("UUID", self.member_id), self.role, self.tasks, subcontract)


class OutsideApprovalIn(In):
    """The approval of a company from outside, as its letter says."""

    party_id: PartyId
    evidence: Reason = Field(examples=["Lettre signée du 3 mars 2026, reçue par courrier."])


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
            raise ValueError("Donnez person_id ou member_id, pas les deux.")
        return self


class SubmissionIn(In):
    """The bid as handed in."""

    submitted_at: Instant = Field(description="End of the upload (CCP R2151-5).")
    signed_by: SignedBy = Field(
        SignedBy.ALL, description="Each company, or the lead with its mandates (R2142-23)."
    )
    platform: ShortText | None = None
    reference: ShortText | None = Field(None, description="The platform's receipt.")


class ApplicationIn(SubmissionIn):
    """The application as handed in."""


class RoundIn(In):
    """Why a bid that is out is written anew, and until when."""

    ground: RoundGround
    reason: Reason = Field(examples=["Lettre de négociation du 12 mars 2026"])
    deadline_at: Instant | None = None


class FailureIn(In):
    """How a company drops out once the composition is frozen."""

    kind: FailureKind
    reason: Reason
    on_day: date


class ChangeIn(In):
    """Who leaves a frozen composition, who comes in, on which ground, since the buyer's word."""

    ground: ChangeGround = Field(description="R2142-26; once the contract is signed, R2194-6.")
    reason: Reason
    accepted_on: date = Field(description="The day of the buyer's acceptance.")
    leaving_id: PartyId | None = None
    joining: PartyIn | None = None


class SuccessionIn(In):
    """To whom the lead's place is offered."""

    party_id: PartyId
    reason: Reason
    accepted_on: date | None = Field(
        None, description="The day of the buyer's acceptance: once the composition is frozen."
    )


class AwardIn(In):
    """The outcome of one lot."""

    lot_id: LotId
    outcome: Outcome
    amount: MoneyIn | None = Field(
        None, description="Awarded amount excluding tax; may differ from the bid, or be unknown."
    )
    notified_on: date
    winner: ShortText | None = Field(None, description="Who won a lost lot (R2181-1).")
    score_hundredths: Score | None = None
    winner_score_hundredths: Score | None = None
    reason: Reason | None = Field(None, description="Why, in the buyer's words (R2181-3).")

    @model_validator(mode="after")
    def _lost_has_none(self) -> Self:
        if self.outcome != Outcome.WON and self.amount is not None:
            raise ValueError("Un lot qui n'est pas gagné n'a pas de montant.")
        if self.outcome != Outcome.LOST and self.winner is not None:
            raise ValueError("Seul un lot perdu a un autre gagnant.")
        return self

    def details(self) -> OutcomeDetails:
        """What the use case takes."""
        return OutcomeDetails(
            self.winner, self.score_hundredths, self.winner_score_hundredths, self.reason
        )


class WithReason(In):
    """Why it is done: kept with it."""

    reason: Reason


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
