"""Shapes of the joint account."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from app.contracts.domain import AccountState, Owed
from app.contracts.schemas.given import Number
from app.contracts.service import Received
from app.infra.http.day import Day
from app.infra.http.ids import AccountReceiptId, InvoiceId, PartyId
from app.infra.http.schemas import In, MoneyIn, MoneyOut, Out


class AccountLineIn(In):
    """What of it is for an invoice, excluding tax: the tax follows from the invoice's rate."""

    invoice_id: InvoiceId
    amount: MoneyIn


class AccountReceiptIn(In):
    """What the buyer paid on the joint account."""

    received_on: Day
    reference: Number
    lines: list[AccountLineIn] = Field(min_length=1, max_length=100)
    beyond_approved: bool = Field(
        default=False, strict=True, description="Confirms that more came in than was approved."
    )

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len(self.amounts()) != len(self.lines):
            raise ValueError("Chaque facture est là une fois.")
        return self

    def amounts(self) -> dict[InvoiceId, int]:
        """Cents by invoice."""
        return {one.invoice_id: one.amount.amount_cents for one in self.lines}


class AccountLineOut(Out):
    """What of it is whose."""

    invoice_id: InvoiceId
    party_id: PartyId
    amount: MoneyOut
    tax: MoneyOut


class AccountReceiptOut(Out):
    """What the buyer paid on the joint account, or what takes that back."""

    id: AccountReceiptId
    received_on: date
    reference: str
    reverses: AccountReceiptId | None
    lines: list[AccountLineOut]


class OwedOut(Out):
    """Money that stands on the account."""

    amount: MoneyOut = Field(description="Excluding tax.")
    tax: MoneyOut
    total: MoneyOut = Field(description="What the bank shows.")


class OwedPartyOut(OwedOut):
    """What the account still owes a party."""

    party_id: PartyId


class JointAccountOut(Out):
    """The joint account today: whom it owes what; these sum to its balance, to the cent."""

    balance: OwedOut
    owed: list[OwedPartyOut]
    standing_since: date | None = Field(description="The oldest receipt of which some stands.")
    empty_by: date | None
    overdue: bool
    warnings: list[str]


def account_receipt_out(received: Received) -> AccountReceiptOut:
    """The answer that shows a receipt on the account."""
    one = received.receipt
    return AccountReceiptOut(
        id=one.id,
        received_on=one.received_on,
        reference=one.reference,
        reverses=one.reverses,
        lines=[
            AccountLineOut(
                invoice_id=line.invoice_id,
                party_id=line.party_id,
                amount=MoneyOut(amount_cents=line.amount_cents),
                tax=MoneyOut(amount_cents=line.tax_cents),
            )
            for line in received.lines
        ],
    )


def account_out(state: AccountState, days: int) -> JointAccountOut:
    """The answer that shows the account, with what to mind."""
    warning = (
        f"Le compte joint porte un paiement de l'acheteur depuis plus de {days} jour(s) : versez à "
        "chacun sa part, le groupement risque sinon de passer pour une société de fait."
    )
    return JointAccountOut(
        balance=OwedOut(**_owed(state.balance)),
        owed=[OwedPartyOut(party_id=party, **_owed(owed)) for party, owed in state.owed.items()],
        standing_since=state.since,
        empty_by=state.empty_by,
        overdue=state.overdue,
        warnings=[warning] if state.overdue else [],
    )


def _owed(owed: Owed) -> dict[str, MoneyOut]:
    return {
        "amount": MoneyOut(amount_cents=owed.amount_cents),
        "tax": MoneyOut(amount_cents=owed.tax_cents),
        "total": MoneyOut(amount_cents=owed.total_cents),
    }
