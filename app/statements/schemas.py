"""Shapes of statements on the wire."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from app.infra.http.day import Day
from app.infra.http.ids import CallId, ChargeId, MemberId, PaymentId
from app.infra.http.listing import Page
from app.infra.http.schemas import MoneyOut, Out


class StatementPage(Page):
    """A page of the lines of a period."""

    first: Day | None = Field(None, alias="from", description="Included; at first by default.")
    until: Day | None = Field(None, description="Included; today by default.")


class StatementOut(Out):
    """A company's account over a period: opening + charged + tax - paid = closing."""

    member_id: MemberId
    first: date = Field(alias="from", description="Included.")
    until: date = Field(description="Included.")
    opening: MoneyOut = Field(description="Owed before; below zero, an advance.")
    charged: MoneyOut = Field(description="Contributions and fees, without tax; credit notes off.")
    vat_amount: MoneyOut = Field(description="Tax that calls have added.")
    paid: MoneyOut
    closing: MoneyOut = Field(description="Owed at the end; below zero, an advance.")


class StatementLineOut(Out):
    """What moved a company's account, and why."""

    kind: Literal["charge", "vat", "payment"]
    charge_id: ChargeId | None
    call_id: CallId | None = Field(description="Of tax: the call that added it.")
    payment_id: PaymentId | None
    written_on: date = Field(description="The day that puts it in a period.")
    occurred_on: date = Field(description="The day of the fact, earlier when it came late.")
    reference: str = Field(
        description="The flow, the number of the call, or the payment's.", examples=["2026-0042"]
    )
    amount: MoneyOut = Field(description="Above zero it is owed; a payment is below.")
    evidence: dict[str, Any] | None = Field(
        description="Of a charge: enough to compute it again by hand."
    )
