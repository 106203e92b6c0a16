"""Shapes of contributions on the wire."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.contributions.domain import Base, Debtor, FeeBand, FlowNature, PolicyTerms, Rate, Trigger
from app.contributions.models import Payment, Policy
from app.contributions.service.payments import Method
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
from app.kernel.money import BPS_WHOLE, MAX_CENTS

MAX_HEADCOUNT = 1_000_000
MAX_BANDS = 50


class RateIn(In):
    """The rate of one nature of flow."""

    nature: FlowNature
    bps: int = Field(ge=0, le=BPS_WHOLE, strict=True, description="Basis points.", examples=[1_500])
    trigger: Trigger
    base: Base = Base.EXCLUDING_TAX
    debtor: Debtor = Debtor.OWN_PART


class FeeIn(In):
    """A yearly fee; zero is a fee too."""

    amount_cents: int = Field(ge=0, le=MAX_CENTS, strict=True, examples=[60_000])
    currency: Annotated[str, StringConstraints(pattern="^EUR$")] = "EUR"


class FeeBandIn(In):
    """The yearly fee of companies from one headcount up to, not including, another."""

    from_headcount: int = Field(ge=0, le=MAX_HEADCOUNT, strict=True, examples=[3])
    to_headcount: int | None = Field(
        ge=1, le=MAX_HEADCOUNT, strict=True, description="Null on the last one.", examples=[10]
    )
    fee: FeeIn


class PolicyIn(In):
    """A version of the policy."""

    valid_from: date = Field(description="Its first day; the version before ends there.")
    rates: list[RateIn] = Field(min_length=1, max_length=10, description="One per nature of flow.")
    fee_bands: list[FeeBandIn] = Field(
        min_length=1, max_length=MAX_BANDS, description="From 0, without gap or overlap."
    )

    def terms(self) -> PolicyTerms:
        """What the use case takes; raises InvalidTerms."""
        return PolicyTerms(
            tuple(Rate(r.nature, r.bps, r.trigger, r.base, r.debtor) for r in self.rates),
            tuple(
                FeeBand(b.from_headcount, b.to_headcount, b.fee.amount_cents)
                for b in self.fee_bands
            ),
        )


class RateOut(Out):
    """The rate of one nature of flow."""

    nature: FlowNature
    bps: int = Field(description="Basis points.", examples=[1_500])
    trigger: Trigger
    base: Base
    debtor: Debtor


class FeeBandOut(Out):
    """The yearly fee of companies from one headcount up to, not including, another."""

    from_headcount: int
    to_headcount: int | None
    fee: MoneyOut


class PolicyOut(Out):
    """A version of the policy."""

    id: PolicyId
    version: int
    valid_from: date
    valid_to: date | None = Field(description="The first day of the version after.")
    rates: list[RateOut]
    fee_bands: list[FeeBandOut]

    @classmethod
    def of(cls, policy: Policy, terms: PolicyTerms) -> "PolicyOut":
        """The newest version, just written."""
        return cls(
            id=policy.id,
            version=policy.version,
            valid_from=policy.valid_from,
            valid_to=None,
            rates=[RateOut.model_validate(rate) for rate in terms.rates],
            fee_bands=list(_bands(terms.fee_bands)),
        )


def _bands(bands: Iterable[FeeBand]) -> Iterable[FeeBandOut]:
    for band in bands:
        yield FeeBandOut(
            from_headcount=band.from_headcount,
            to_headcount=band.to_headcount,
            fee=MoneyOut(amount_cents=band.fee_cents, currency="EUR"),
        )


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
    nature: FlowNature
    due_on: date
    charged_at: datetime
    base: MoneyOut
    bps: int
    policy_id: PolicyId
    policy_version: int
    amount: MoneyOut = Field(description="Below zero when a credit note takes back.")
    paid: MoneyOut
    evidence: dict[str, Any] = Field(description="Enough to compute the amount again by hand.")


class MemberPage(Page):
    """A page of what members owe or paid."""

    member_id: MemberId | None = Field(None, description="Those of one member only.")


class PaymentIn(In):
    """A payment of a member to the cluster."""

    member_id: MemberId
    amount: MoneyIn
    received_on: date
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
