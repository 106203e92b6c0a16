"""Shapes of the policy on the wire."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.contributions.domain import (
    Base,
    Debtor,
    FeeBand,
    FeeTerms,
    FlowNature,
    HeadcountMethod,
    LinearFee,
    PolicyTerms,
    ProRata,
    Rate,
    Trigger,
)
from app.contributions.models import Policy
from app.infra.http.ids import PolicyId
from app.infra.http.schemas import In, MoneyOut, Out
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


class LinearFeeIn(In):
    """A yearly fee that grows with the headcount, between a floor and a cap."""

    per_fte: FeeIn = Field(description="Per full-time equivalent.")
    floor: FeeIn
    cap: FeeIn


class PolicyIn(In):
    """A version of the policy."""

    valid_from: date = Field(description="Its first day; the version before ends there.")
    rates: list[RateIn] = Field(min_length=1, max_length=10, description="One per nature of flow.")
    fee_bands: list[FeeBandIn] = Field(
        [],
        max_length=MAX_BANDS,
        description="From 0, without gap or overlap; none with `linear_fee`.",
    )
    linear_fee: LinearFeeIn | None = Field(None, description="Instead of bands.")
    headcount_method: HeadcountMethod = Field(
        HeadcountMethod.AVERAGE, description="How the headcount of the year before is taken."
    )
    pro_rata: ProRata = Field(
        ProRata.MONTH, description="What is owed for part of a year: all, by month begun, by day."
    )

    def terms(self) -> PolicyTerms:
        """What the use case takes; raises InvalidTerms."""
        return PolicyTerms(
            tuple(Rate(r.nature, r.bps, r.trigger, r.base, r.debtor) for r in self.rates),
            self._fees(),
        )

    def _fees(self) -> FeeTerms:
        linear = self.linear_fee
        return FeeTerms(
            tuple(
                FeeBand(b.from_headcount, b.to_headcount, b.fee.amount_cents)
                for b in self.fee_bands
            ),
            LinearFee(
                linear.per_fte.amount_cents, linear.floor.amount_cents, linear.cap.amount_cents
            )
            if linear
            else None,
            self.headcount_method,
            self.pro_rata,
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


class LinearFeeOut(Out):
    """A yearly fee that grows with the headcount, between a floor and a cap."""

    per_fte: MoneyOut
    floor: MoneyOut
    cap: MoneyOut

    @classmethod
    def of(cls, linear: LinearFee) -> "LinearFeeOut":
        """A linear scale."""
        return cls(
            per_fte=MoneyOut(amount_cents=linear.per_fte_cents, currency="EUR"),
            floor=MoneyOut(amount_cents=linear.floor_cents, currency="EUR"),
            cap=MoneyOut(amount_cents=linear.cap_cents, currency="EUR"),
        )


class PolicyOut(Out):
    """A version of the policy."""

    id: PolicyId
    version: int
    valid_from: date
    valid_to: date | None = Field(description="The first day of the version after.")
    rates: list[RateOut]
    fee_bands: list[FeeBandOut]
    linear_fee: LinearFeeOut | None
    headcount_method: HeadcountMethod
    pro_rata: ProRata

    @classmethod
    def of(cls, policy: Policy, terms: PolicyTerms) -> "PolicyOut":
        """The newest version, just written."""
        return cls(
            id=policy.id,
            version=policy.version,
            valid_from=policy.valid_from,
            valid_to=None,
            rates=[RateOut.model_validate(rate) for rate in terms.rates],
            fee_bands=list(_bands(terms.fees.bands)),
            linear_fee=LinearFeeOut.of(terms.fees.linear) if terms.fees.linear else None,
            headcount_method=terms.fees.method,
            pro_rata=terms.fees.pro_rata,
        )


def _bands(bands: Iterable[FeeBand]) -> Iterable[FeeBandOut]:
    for band in bands:
        yield FeeBandOut(
            from_headcount=band.from_headcount,
            to_headcount=band.to_headcount,
            fee=MoneyOut(amount_cents=band.fee_cents, currency="EUR"),
        )
