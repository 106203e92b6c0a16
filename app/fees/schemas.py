"""Shapes of fees on the wire."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

from app.contributions.domain import FTE, HeadcountMethod
from app.fees.domain import EARLIEST_YEAR, MAX_HUNDREDTHS, Fee, Missing, NoFee, Plan
from app.fees.service import line
from app.infra.http.day import Day
from app.infra.http.ids import HeadcountId, MemberId, PolicyId
from app.infra.http.listing import Page
from app.infra.http.schemas import In, MoneyOut, Out

LATEST_YEAR = 9_999
_YEAR = "The year of the fee; the headcount is that of the year before."


class HeadcountIn(In):
    """A company's headcount, as it declares it."""

    year: int = Field(
        ge=EARLIEST_YEAR, le=LATEST_YEAR, strict=True, description=_YEAR, examples=[2026]
    )
    method: HeadcountMethod = Field(
        description="Average of the year before, on its 31 December, or its maximum."
    )
    fte_hundredths: int = Field(
        ge=0,
        le=MAX_HUNDREDTHS,
        strict=True,
        description="Hundredths of a full-time equivalent: 1,250 is 12.5.",
        examples=[1_250],
    )
    declared_on: Day | None = Field(None, description="Today, when left out.")


class HeadcountOut(Out):
    """A headcount as declared; of one year and method, the last recorded counts."""

    id: HeadcountId
    member_id: MemberId
    year: int
    method: HeadcountMethod
    fte_hundredths: int = Field(validation_alias="hundredths")
    declared_on: date
    recorded_at: datetime


class HeadcountPage(Page):
    """A page of what a company declared."""

    year: int | None = Field(
        None, ge=EARLIEST_YEAR, le=LATEST_YEAR, description="For the fee of one year only."
    )


class FeeRunIn(In):
    """The year whose fees are charged."""

    year: int = Field(ge=EARLIEST_YEAR, le=LATEST_YEAR, strict=True, examples=[2026])


class MissingFeeOut(Out):
    """A member whose fee cannot be told, and what would be needed."""

    member_id: MemberId
    reason: NoFee
    method: HeadcountMethod | None = Field(description="By which its headcount is to be declared.")
    proposed_fte_hundredths: int | None = Field(
        description="What its profile says, to be confirmed by a declaration."
    )

    @classmethod
    def of(cls, missing: Missing) -> "MissingFeeOut":
        """A member without a fee."""
        proposed = None if missing.profile is None else missing.profile * FTE
        return cls(
            member_id=missing.member_id,
            reason=missing.why,
            method=missing.method,
            proposed_fte_hundredths=proposed,
        )


class FeeOut(Out):
    """A line to charge: a member's fee of the year, or the difference to it."""

    member_id: MemberId
    source: str = Field(description="Names the line; its reference in the books.")
    occurred_on: date
    fee: MoneyOut = Field(description="Of the year, for the part of it.")
    charged_before: MoneyOut
    amount: MoneyOut = Field(description="The difference; below zero when it takes back.")
    policy_id: PolicyId
    policy_version: int
    evidence: dict[str, Any] = Field(description="Enough to compute the fee again by hand.")

    @classmethod
    def of(cls, fee: Fee) -> "FeeOut":
        """A line as a run would charge it."""
        charged = line(fee)
        return cls(
            member_id=fee.member_id,
            source=charged.key,
            occurred_on=fee.occurred_on,
            fee=_euros(fee.fee_cents),
            charged_before=_euros(fee.before_cents),
            amount=_euros(fee.amount_cents),
            policy_id=fee.policy.id,
            policy_version=fee.policy.version,
            evidence=charged.evidence,
        )


class FeeRunOut(Out):
    """What a run charged; its lines are among the charges."""

    year: int
    charged: int = Field(description="Members whose fee is charged for the first time.")
    adjusted: int = Field(description="Members whose fee has changed since.")
    total: MoneyOut
    missing: list[MissingFeeOut]

    @classmethod
    def of(cls, year: int, plan: Plan) -> "FeeRunOut":
        """The sum of a run."""
        return cls(**_sums(year, plan))


class FeePreviewOut(FeeRunOut):
    """What a run would charge, line by line."""

    lines: list[FeeOut]

    @classmethod
    def of(cls, year: int, plan: Plan) -> "FeePreviewOut":
        """All of a plan."""
        return cls(**_sums(year, plan), lines=[FeeOut.of(fee) for fee in plan.fees])


def _sums(year: int, plan: Plan) -> dict[str, Any]:
    first = sum(fee.number == 1 for fee in plan.fees)
    return {
        "year": year,
        "charged": first,
        "adjusted": len(plan.fees) - first,
        "total": _euros(sum(fee.amount_cents for fee in plan.fees)),
        "missing": [MissingFeeOut.of(one) for one in plan.missing],
    }


def _euros(cents: int) -> MoneyOut:
    return MoneyOut(amount_cents=cents, currency="EUR")
