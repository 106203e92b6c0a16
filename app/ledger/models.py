"""Mapped classes of the books; rows are only ever added."""

from datetime import date, datetime
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
    """What happened once: ``reference`` names it and is unique in the cluster."""

    __tablename__ = "ledger_transaction"

    reference: Mapped[str]
    occurred_on: Mapped[date]
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
