"""Shapes of what is billed and paid."""

from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, Field, StrictInt, model_validator

from app.contracts.domain import Bill, InvoiceKind
from app.contracts.schemas.given import Number, Reason, SignedCents
from app.contracts.service import Billed, Money, Paid
from app.infra.http.day import Day
from app.infra.http.ids import (
    InvoiceId,
    InvoicePaymentId,
    PartyId,
    PersonId,
    ReceiptId,
)
from app.infra.http.schemas import In, MoneyIn, MoneyOut, Out


class InvoiceIn(In):
    """What a party bills; amounts exclude tax."""

    party_id: PartyId
    kind: InvoiceKind = Field(
        InvoiceKind.NORMAL,
        description="`advance` R2191-3, `advance_recovery` R2191-11, `revision` R2112-13.",
    )
    number: Number = Field(description="The party's: unique in the contract.", examples=["F-12"])
    period_from: Day | None = None
    period_to: Day | None = None
    issued_on: Day
    amount_cents: SignedCents = Field(
        description="Below zero for `penalty` and `advance_recovery`; either for `revision`.",
        examples=[1_250_000],
    )
    vat_bps: StrictInt = Field(0, ge=0, le=10_000, examples=[2_000])
    note: Reason | None = Field(
        None, description="Required of `revision` (the index, its values) and `penalty`."
    )
    beyond_part: bool = Field(
        default=False, strict=True, description="Confirms that more is billed than the part."
    )

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.amount_cents == 0:
            raise ValueError("Une facture a un montant.")
        return self

    def bill(self) -> Bill:
        """What the rules read."""
        return Bill(
            self.party_id,
            self.kind,
            self.number,
            self.period_from,
            self.period_to,
            self.issued_on,
            self.amount_cents,
            self.vat_bps,
            self.note,
        )


class InvoiceDecisionIn(In):
    """The lead's word on an invoice."""

    approved: bool = Field(strict=True)
    reason: Reason | None = Field(None, description="Required of a refusal.")

    @model_validator(mode="after")
    def _told(self) -> Self:
        if not self.approved and self.reason is None:
            raise ValueError("Dites pourquoi elle est refusée.")
        return self


class InvoicePaymentIn(In):
    """What a party received on an invoice, excluding tax."""

    amount: MoneyIn
    received_on: Day
    reference: Number = Field(description="Of the transfer: unique per party and lot.")
    beyond_approved: bool = Field(
        default=False, strict=True, description="Confirms that more came in than was approved."
    )

    def money(self) -> Money:
        """What the use case takes."""
        return Money(self.amount.amount_cents, self.received_on, self.reference)


InvoiceState = Literal["submitted", "approved", "refused", "reversed", "reversal"]


class InvoiceOut(Out):
    """What a party bills, or what takes that back."""

    id: InvoiceId
    party_id: PartyId
    kind: InvoiceKind
    number: str
    period_from: date | None
    period_to: date | None
    issued_on: date
    amount: MoneyOut = Field(description="Excluding tax.")
    vat_bps: int
    tax: MoneyOut
    note: str | None
    state: InvoiceState
    decision_reason: str | None
    reverses: InvoiceId | None
    recorded_by: PersonId
    recorded_at: AwareDatetime


class InvoicePaidOut(InvoiceOut):
    """The same with what came in on it, excluding tax."""

    paid: MoneyOut


class InvoicePaymentOut(Out):
    """A payment: a receipt of the joint answer, on which the contribution is charged."""

    id: InvoicePaymentId
    invoice_id: InvoiceId
    party_id: PartyId
    receipt_id: ReceiptId
    amount: MoneyOut = Field(description="Excluding tax.")
    tax: MoneyOut
    through_account: bool
    left: MoneyOut = Field(description="Of the invoice, still to come.")


class ProgressOut(Out):
    """A party's contract in figures, excluding tax."""

    party_id: PartyId
    part: MoneyOut
    invoiced: MoneyOut = Field(description="Against the part: neither refused nor taken back.")
    revised: MoneyOut = Field(description="Price revisions, beside the part.")
    penalties: MoneyOut
    approved: MoneyOut = Field(description="Of all kinds, penalties deducted.")
    paid: MoneyOut


class ProgressesOut(Out):
    """Every party's, in order."""

    items: list[ProgressOut]


_STATES: dict[bool | None, InvoiceState] = {None: "submitted", True: "approved", False: "refused"}


def invoice_out(billed: Billed) -> InvoiceOut:
    """The answer that shows an invoice."""
    one = billed.invoice
    return InvoiceOut(
        id=one.id,
        party_id=one.party_id,
        kind=InvoiceKind(one.kind),
        number=one.number,
        period_from=one.period_from,
        period_to=one.period_to,
        issued_on=one.issued_on,
        amount=MoneyOut(amount_cents=one.amount_cents),
        vat_bps=one.vat_bps,
        tax=MoneyOut(amount_cents=one.tax_cents),
        note=one.note,
        state="reversal" if one.reverses else _STATES[billed.approved],
        decision_reason=billed.reason,
        reverses=one.reverses,
        recorded_by=one.person_id,
        recorded_at=one.recorded_at,
    )


def payment_out(paid: Paid) -> InvoicePaymentOut:
    """The answer to a fresh payment."""
    one = paid.payment
    return InvoicePaymentOut(
        id=one.id,
        invoice_id=one.invoice_id,
        party_id=one.party_id,
        receipt_id=one.receipt_id,
        amount=MoneyOut(amount_cents=paid.amount_cents),
        tax=MoneyOut(amount_cents=one.tax_cents),
        through_account=one.through_account,
        left=MoneyOut(amount_cents=paid.left_cents),
    )
