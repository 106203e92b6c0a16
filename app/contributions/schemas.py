"""Shapes of contributions on the wire."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from app.contributions.domain import FlowNature, Trigger
from app.contributions.models import Payment
from app.contributions.service.payments import Method
from app.infra.http.day import Day
from app.infra.http.ids import (
    AwardId,
    ChargeId,
    ConsortiumId,
    FlowId,
    LotId,
    MemberId,
    PartyId,
    PaymentId,
    PolicyId,
)
from app.infra.http.listing import Page
from app.infra.http.schemas import In, MoneyIn, MoneyOut, Out, ShortText


class ChargeOut(Out):
    """What a member owes on one flow, and why."""

    id: ChargeId
    member_id: MemberId
    consortium_id: ConsortiumId | None
    award_id: AwardId | None
    party_id: PartyId | None
    flow_id: FlowId
    source: str = Field(
        description="Names the flow; the reference of the transaction in the books.",
        examples=["receipt:rec_0197a3f02c5e7b1a9d40c8e65f3a2b10"],
    )
    nature: FlowNature | Literal["fee"]
    due_on: date
    charged_at: datetime
    base: MoneyOut = Field(description="What counts of the flow; of a fee, the fee itself.")
    bps: int | None = Field(description="Basis points; a fee has no rate.")
    policy_id: PolicyId
    policy_version: int
    amount: MoneyOut = Field(description="Below zero when a credit note takes back.")
    paid: MoneyOut = Field(description="The tax that its call added included.")
    evidence: dict[str, Any] = Field(description="Enough to compute the amount again by hand.")


class MemberPage(Page):
    """A page of what members owe or paid."""

    member_id: MemberId | None = Field(None, description="Those of one member only.")


class PaymentIn(In):
    """A payment of a member to the cluster."""

    member_id: MemberId
    amount: MoneyIn
    received_on: Day
    reference: ShortText = Field(
        description="Unique in the cluster.", examples=["VIR 2026-03-02 SCENE OUVERTE"]
    )
    method: Method = Method.TRANSFER


class PaymentOut(Out):
    """A payment of a member to the cluster."""

    id: PaymentId
    member_id: MemberId
    amount: MoneyOut
    received_on: date
    reference: str
    method: Method
    recorded_at: datetime

    @classmethod
    def of(cls, payment: Payment) -> "PaymentOut":
        """A payment, just recorded."""
        return cls(
            id=payment.id,
            member_id=payment.member_id,
            amount=MoneyOut(amount_cents=payment.amount_cents, currency=payment.currency),
            received_on=payment.received_on,
            reference=payment.reference,
            method=Method(payment.method),
            recorded_at=payment.recorded_at,
        )


class ListedPaymentOut(PaymentOut):
    """A payment, and how much of it has settled charges."""

    settled: MoneyOut = Field(description="The rest is an advance.")


class ForecastEvidenceOut(Out):
    """Why so much is forecast: an award, the party's part of it, the rate on that day."""

    award_id: AwardId
    lot_id: LotId | None
    base: MoneyOut
    bps: int
    policy_version: int
    trigger: Trigger
    amount: MoneyOut


class ChargeEvidenceOut(Out):
    """Why so much is due and charged: a flow, what of it counts, the rate of its day."""

    charge_id: ChargeId
    flow_id: FlowId
    source: str = Field(description="Names the flow; the reference in the books.")
    award_id: AwardId | None
    lot_id: LotId | None
    occurred_on: date
    flow_base: MoneyOut = Field(description="What moved, excluding tax.")
    base: MoneyOut = Field(description="What of it is charged.")
    bps: int
    policy_version: int
    amount: MoneyOut


class PaymentEvidenceOut(Out):
    """Why so much is paid: a payment's share for one charge."""

    charge_id: ChargeId
    received_on: date
    reference: str | None = Field(description="Null to whoever may not see the payment itself.")
    amount: MoneyOut = Field(description="Below zero when a credit note gives it back.")


class _FiguresOut(Out):
    part: MoneyOut = Field(description="Awarded, excluding tax, without the lead's own fee.")
    forecast: MoneyOut = Field(description="Owed once all of the part has come in.")
    due: MoneyOut = Field(description="What receipts (or the award) have made due so far.")
    charged: MoneyOut
    paid: MoneyOut


class PartyContributionOut(_FiguresOut):
    """One party's figures; each is the sum of its evidence."""

    party_id: PartyId
    member_id: MemberId
    bps: int | None = Field(description="The rate of the newest forecast, in basis points.")
    policy_version: int | None
    forecasts: list[ForecastEvidenceOut]
    charges: list[ChargeEvidenceOut]
    payments: list[PaymentEvidenceOut]


class ConsortiumContributionOut(_FiguresOut):
    """What the parties owe the cluster on a joint answer; totals are sums of the parties'."""

    consortium_id: ConsortiumId
    parties: list[PartyContributionOut]
