"""Mapped classes of the books; rows are only ever added."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class LedgerAccount(TenantRow, Base):
    """An account; its name is that of the day it was opened."""

    __tablename__ = "ledger_account"

    code: Mapped[str]
    name: Mapped[str]
    member_id: Mapped[UUID | None]


class LedgerTransaction(TenantRow, Base):
    """What happened once: ``reference`` names it and is unique in the cluster.

    ``booked_on`` is the day it counts on, the database's to say: its own, ``occurred_on``, or the
    first that was open still.
    """

    __tablename__ = "ledger_transaction"

    reference: Mapped[str]
    journal: Mapped[str]
    occurred_on: Mapped[date]
    booked_on: Mapped[date]
    posted_at: Mapped[datetime]
    memo: Mapped[str]


class LedgerPosting(TenantRow, Base):
    """An amount in cents, above zero, from the credited account to the debited one."""

    __tablename__ = "ledger_posting"

    transaction_id: Mapped[UUID]
    debit_account_id: Mapped[UUID]
    credit_account_id: Mapped[UUID]
    amount_cents: Mapped[int]
    currency: Mapped[str]


class LedgerChart(TenantRow, Base):
    """A version of the chart of accounts: the cluster's own codes, and its fiscal year."""

    __tablename__ = "ledger_chart"

    version: Mapped[int]
    siren: Mapped[str | None]
    first_month: Mapped[int]
    accounts: Mapped[dict[str, Any]]
    written_at: Mapped[datetime]
    person_id: Mapped[UUID]


class LedgerClosing(TenantRow, Base):
    """A period that is closed for ever, in one fiscal year (that of its last day's end)."""

    __tablename__ = "ledger_closing"

    previous_until: Mapped[date | None]
    from_day: Mapped[date]
    until_day: Mapped[date]
    fiscal_year: Mapped[int]
    chart_version: Mapped[int]
    closed_at: Mapped[datetime]
    person_id: Mapped[UUID]


class LedgerEntry(TenantRow, Base):
    """The number of a transaction in its fiscal year, under the transaction's own id."""

    __tablename__ = "ledger_entry"

    closing_id: Mapped[UUID]
    fiscal_year: Mapped[int]
    number: Mapped[int]
