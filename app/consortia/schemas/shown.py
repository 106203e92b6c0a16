"""What callers are shown."""

from datetime import date

from pydantic import AwareDatetime, Field

from app.consortia.domain import Form, Outcome, PartyRole, State
from app.consortia.models import Award, AwardPart, Receipt
from app.consortia.service.reading import ConsortiumView
from app.infra.http.ids import (
    AgreementId,
    ApprovalId,
    AwardId,
    ConsortiumId,
    DecisionId,
    LotId,
    MemberId,
    NamedId,
    PartyId,
    PersonId,
    ReceiptId,
    SubmissionId,
    TenderId,
)
from app.infra.http.schemas import MoneyOut, Out


class ConsortiumSummary(Out):
    """The header of a joint answer: no amount in it."""

    id: ConsortiumId
    tender_id: TenderId
    name: str
    form: Form
    lead_member_id: MemberId
    state: State
    version: int = Field(description="Also the ETag.")
    created_at: AwareDatetime


class PartyOut(Out):
    """A company of the consortium, or invited to it."""

    id: PartyId
    member_id: MemberId
    role: PartyRole
    tasks: str | None
    invited_at: AwareDatetime
    joined_at: AwareDatetime | None = Field(description="Null until the company accepts.")
    left_at: AwareDatetime | None = Field(description="It refused, was uninvited, or withdrew.")


class NamedOut(Out):
    """Someone who sees what the parties see."""

    id: NamedId
    person_id: PersonId
    named_by: PersonId
    named_at: AwareDatetime
    left_at: AwareDatetime | None


class NamedPeopleOut(Out):
    """Everyone who is named, in order."""

    items: list[NamedOut]


class DecisionOut(Out):
    """A person, or a company, let into rival consortia on a lot."""

    id: DecisionId
    person_id: PersonId | None
    member_id: MemberId | None
    lot_id: LotId
    reason: str
    decided_by: PersonId
    decided_at: AwareDatetime
    withdrawn_at: AwareDatetime | None


class ApprovalOut(Out):
    """A party's yes."""

    id: ApprovalId
    agreement_id: AgreementId
    party_id: PartyId
    approved_at: AwareDatetime


class ApprovedOut(ApprovalOut):
    """A fresh approval, with what to mind."""

    warnings: list[str]


class AgreementOut(Out):
    """A split and a form, proposed for approval."""

    id: AgreementId
    form: Form
    proposed_at: AwareDatetime
    withdrawn_at: AwareDatetime | None


class AgreementState(AgreementOut):
    """An agreement and who has approved it."""

    approvals: list[ApprovalOut]


class AwardOut(Out):
    """The outcome of one lot."""

    id: AwardId
    lot_id: LotId
    outcome: Outcome
    amount: MoneyOut | None
    notified_on: date


class AwardPartOut(Out):
    """What a party holds of an awarded lot."""

    party_id: PartyId
    amount: MoneyOut


class AwardedOut(AwardOut):
    """A fresh outcome with each party's part; the parts sum to the amount."""

    parts: list[AwardPartOut]


class ConsortiumOut(ConsortiumSummary):
    """A joint answer; lists stay empty for who may see the header alone.

    An invited company sees the lots, and its own row among the parties.
    """

    lot_ids: list[LotId]
    parties: list[PartyOut]
    agreement: AgreementState | None
    awards: list[AwardOut]


class SubmissionOut(Out):
    """The bid as handed in."""

    id: SubmissionId
    submitted_at: AwareDatetime
    platform: str | None
    reference: str | None


class ReceiptOut(Out):
    """Money that a party received."""

    id: ReceiptId
    award_id: AwardId
    party_id: PartyId
    amount: MoneyOut
    received_on: date
    reference: str
    reverses: ReceiptId | None = Field(description="The receipt that this one takes back.")


def _money(cents: int | None) -> MoneyOut | None:
    return None if cents is None else MoneyOut(amount_cents=cents, currency="EUR")


def award_out(award: Award) -> AwardOut:
    """The answer that shows an outcome."""
    return AwardOut(
        id=award.id,
        lot_id=award.lot_id,
        outcome=Outcome(award.outcome),
        amount=_money(award.amount_cents),
        notified_on=award.notified_on,
    )


def awarded_out(award: Award, parts: list[AwardPart]) -> AwardedOut:
    """The answer to a fresh outcome."""
    shown = [
        AwardPartOut(party_id=part.party_id, amount=MoneyOut(amount_cents=part.amount_cents))
        for part in parts
    ]
    return AwardedOut(**award_out(award).model_dump(mode="python"), parts=shown)


def receipt_out(receipt: Receipt) -> ReceiptOut:
    """The answer that shows a receipt."""
    return ReceiptOut(
        id=receipt.id,
        award_id=receipt.award_id,
        party_id=receipt.party_id,
        amount=MoneyOut(amount_cents=receipt.amount_cents),
        received_on=receipt.received_on,
        reference=receipt.reference,
        reverses=receipt.reverses,
    )


def consortium_out(view: ConsortiumView) -> ConsortiumOut:
    """The answer that shows a joint answer."""
    agreement = None
    if view.agreement is not None:
        agreement = AgreementState(
            **AgreementOut.model_validate(view.agreement).model_dump(),
            approvals=[ApprovalOut.model_validate(one) for one in view.approvals],
        )
    return ConsortiumOut(
        **ConsortiumSummary.model_validate(view.consortium).model_dump(),
        lot_ids=view.lot_ids,
        parties=[PartyOut.model_validate(party) for party in view.parties],
        agreement=agreement,
        awards=[award_out(award) for award in view.awards],
    )
