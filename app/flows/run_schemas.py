"""Shapes of charging runs on the wire."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from app.flows.domain import Nature
from app.flows.models import ChargeRun
from app.infra.http.day import Day
from app.infra.http.ids import ChargeRunId, FlowId, MemberId
from app.infra.http.listing import Page
from app.infra.http.schemas import In, MoneyOut, Out


class RunIn(In):
    """What a run charges."""

    until: Day = Field(description="All that waits and is dated on this day or before.")


class RunOut(Out):
    """A run, and how far it is."""

    id: ChargeRunId
    until: date
    state: Literal["waiting", "done"]
    charges: int = Field(description="So far.")
    amount: MoneyOut = Field(description="So far; credit notes and reversals take off.")
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, run: ChargeRun) -> "RunOut":
        """A run, just asked for."""
        return cls(
            id=run.id,
            until=run.until_day,
            state="waiting",
            charges=run.charges,
            amount=MoneyOut(amount_cents=int(run.amount_cents), currency="EUR"),
            asked_at=run.asked_at,
            ended_at=run.ended_at,
        )


class UntilPage(Page):
    """Up to which day."""

    until: Day | None = Field(None, description="Dated on this day or before.")


class PreviewSumOut(Out):
    """What one member would owe on flows of one nature."""

    member_id: MemberId
    nature: Nature
    charges: int
    base: MoneyOut
    amount: MoneyOut


class PreviewOut(Out):
    """What a run would charge on invoices."""

    until: date
    charges: int
    amount: MoneyOut
    held: int = Field(
        description="Invoices that wait for the buyer's word, or for a policy of their day."
    )
    corrections: int = Field(
        description="Credit notes and reversals of what is charged: taken back at its rate."
    )
    lines: list[PreviewSumOut]


class PreviewLineOut(Out):
    """One charge that a run would make."""

    flow_id: FlowId
    member_id: MemberId
    nature: Nature
    occurred_on: date
    base: MoneyOut
    bps: int
    policy_version: int
    amount: MoneyOut
