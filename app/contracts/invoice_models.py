"""Mapped classes of what is billed and paid: books, to which rows are only added."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class Invoice(TenantRow, Base):
    """What a party bills, excluding tax; a penalty is below zero. Taken back by its opposite."""

    __tablename__ = "invoice"

    consortium_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    party_id: Mapped[UUID]
    kind: Mapped[str]
    number: Mapped[str]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    issued_on: Mapped[date]
    amount_cents: Mapped[int]
    vat_bps: Mapped[int]
    tax_cents: Mapped[int]
    note: Mapped[str | None]
    reverses: Mapped[UUID | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class InvoiceDecision(TenantRow, Base):
    """The lead approves an invoice, or refuses it and says why."""

    __tablename__ = "invoice_decision"

    consortium_id: Mapped[UUID]
    invoice_id: Mapped[UUID]
    approved: Mapped[bool]
    reason: Mapped[str | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class InvoicePayment(TenantRow, Base):
    """A receipt of the joint answer that pays an invoice: its amount is the receipt's."""

    __tablename__ = "invoice_payment"

    consortium_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    invoice_id: Mapped[UUID]
    party_id: Mapped[UUID]
    receipt_id: Mapped[UUID]
    through_account: Mapped[bool]
    tax_cents: Mapped[int]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class AccountReceipt(TenantRow, Base):
    """The buyer paid on the joint account; taken back by its opposite."""

    __tablename__ = "account_receipt"

    consortium_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    received_on: Mapped[date]
    reference: Mapped[str]
    reverses: Mapped[UUID | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class AccountLine(TenantRow, Base):
    """What of it is for an invoice, so for its party: excluding tax, and the tax with it."""

    __tablename__ = "account_line"

    consortium_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    account_receipt_id: Mapped[UUID]
    invoice_id: Mapped[UUID]
    party_id: Mapped[UUID]
    amount_cents: Mapped[int]
    tax_cents: Mapped[int]
