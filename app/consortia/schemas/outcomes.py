"""What callers are shown of outcomes and of money."""

from datetime import date

from pydantic import AwareDatetime, Field

from app.consortia.domain import Outcome
from app.consortia.models import Award, AwardPart, Receipt
from app.infra.http.ids import AwardId, LotId, PartyId, ReceiptId, WithdrawalId
from app.infra.http.schemas import MoneyOut, Out, money_out


class AwardOut(Out):
    """The outcome of one lot."""

    id: AwardId
    lot_id: LotId
    outcome: Outcome
    amount: MoneyOut | None
    notified_on: date
    winner: str | None
    score_hundredths: int | None
    winner_score_hundredths: int | None
    reason: str | None


class AwardReversedOut(AwardOut):
    """An outcome that was taken back."""

    reversed_at: AwareDatetime
    reversal_reason: str


class WithdrawalOut(Out):
    """The parties gave up."""

    id: WithdrawalId
    reason: str
    withdrawn_at: AwareDatetime


class AwardPartOut(Out):
    """What a party holds of an awarded lot."""

    party_id: PartyId
    amount: MoneyOut
    mandate: MoneyOut = Field(description="Of the amount, the lead's own fee: no contribution.")


class AwardedOut(AwardOut):
    """A fresh outcome with each party's part, which sum to the amount; and what to mind."""

    parts: list[AwardPartOut]
    warnings: list[str]


class ReceiptOut(Out):
    """Money that a party received."""

    id: ReceiptId
    award_id: AwardId
    party_id: PartyId
    amount: MoneyOut
    received_on: date
    reference: str
    reverses: ReceiptId | None = Field(description="The receipt that this one takes back.")


def award_out(award: Award) -> AwardOut:
    """The answer that shows an outcome."""
    return AwardOut(
        id=award.id,
        lot_id=award.lot_id,
        outcome=Outcome(award.outcome),
        amount=money_out(award.amount_cents),
        notified_on=award.notified_on,
        winner=award.winner,
        score_hundredths=award.score_hundredths,
        winner_score_hundredths=award.winner_score_hundredths,
        reason=award.reason,
    )


def award_reversed_out(award: Award) -> AwardReversedOut:
    """The answer that shows an outcome taken back."""
    return AwardReversedOut.model_validate(
        {
            **award_out(award).model_dump(mode="python"),
            "reversed_at": award.reversed_at,
            "reversal_reason": award.reversal_reason,
        }
    )


def awarded_out(award: Award, parts: list[AwardPart], warnings: list[str]) -> AwardedOut:
    """The answer to a fresh outcome."""
    shown = [
        AwardPartOut(
            party_id=part.party_id,
            amount=MoneyOut(amount_cents=part.amount_cents),
            mandate=MoneyOut(amount_cents=part.mandate_cents),
        )
        for part in parts
    ]
    told = award_out(award).model_dump(mode="python")
    return AwardedOut(**told, parts=shown, warnings=warnings)


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
