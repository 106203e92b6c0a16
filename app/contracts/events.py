"""Public facts of contracts that are carried out: ids only, and only for their parties."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ContractSigned(Event):
    """The contract of a won lot is signed."""

    type: ClassVar[str] = "contract.signed"
    consortium_id: UUID
    contract_id: UUID


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    """The buyer called on a framework."""

    type: ClassVar[str] = "order.placed"
    consortium_id: UUID
    contract_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class OrderReversed(Event):
    """An order was taken back by its opposite."""

    type: ClassVar[str] = "order.reversed"
    consortium_id: UUID
    contract_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class ContractAmended(Event):
    """A contract was changed on its ground."""

    type: ClassVar[str] = "contract.amended"
    consortium_id: UUID
    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, slots=True)
class AmendmentReversed(Event):
    """An amendment was taken back by its opposite."""

    type: ClassVar[str] = "amendment.reversed"
    consortium_id: UUID
    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, slots=True)
class ContractClosed(Event):
    """A contract is over."""

    type: ClassVar[str] = "contract.closed"
    consortium_id: UUID
    contract_id: UUID


@dataclass(frozen=True, slots=True)
class InvoiceSubmitted(Event):
    """A party billed the buyer."""

    type: ClassVar[str] = "invoice.submitted"
    consortium_id: UUID
    contract_id: UUID
    invoice_id: UUID


@dataclass(frozen=True, slots=True)
class InvoiceApproved(Event):
    """The lead approved what a party bills."""

    type: ClassVar[str] = "invoice.approved"
    consortium_id: UUID
    contract_id: UUID
    invoice_id: UUID


@dataclass(frozen=True, slots=True)
class InvoiceRefused(Event):
    """The lead refused what a party bills."""

    type: ClassVar[str] = "invoice.refused"
    consortium_id: UUID
    contract_id: UUID
    invoice_id: UUID


@dataclass(frozen=True, slots=True)
class InvoiceReversed(Event):
    """An invoice was taken back by its opposite."""

    type: ClassVar[str] = "invoice.reversed"
    consortium_id: UUID
    contract_id: UUID
    invoice_id: UUID


@dataclass(frozen=True, slots=True)
class InvoicePaid(Event):
    """A party was paid directly on an invoice."""

    type: ClassVar[str] = "invoice.paid"
    consortium_id: UUID
    contract_id: UUID
    invoice_id: UUID


@dataclass(frozen=True, slots=True)
class AccountReceived(Event):
    """The buyer paid on the joint account."""

    type: ClassVar[str] = "account.received"
    consortium_id: UUID
    contract_id: UUID
    account_receipt_id: UUID


@dataclass(frozen=True, slots=True)
class AccountReversed(Event):
    """A receipt on the joint account was taken back."""

    type: ClassVar[str] = "account.reversed"
    consortium_id: UUID
    contract_id: UUID
    account_receipt_id: UUID


@dataclass(frozen=True, slots=True)
class AccountTransferred(Event):
    """A party was paid out of the joint account."""

    type: ClassVar[str] = "account.transferred"
    consortium_id: UUID
    contract_id: UUID
    invoice_id: UUID
