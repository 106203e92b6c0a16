"""Mapped classes of a concession: rows are only ever added, the newest version holds."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class ConcessionTerms(TenantRow, Base):
    """A version of the terms; ``last_day`` is included."""

    __tablename__ = "concession_terms"

    consortium_id: Mapped[UUID]
    number: Mapped[int]
    first_day: Mapped[date]
    months: Mapped[int]
    last_day: Mapped[date]
    ground: Mapped[str | None]
    investments_cents: Mapped[int]
    fee: Mapped[str | None]
    compensation: Mapped[str | None]
    company_name: Mapped[str | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class ConcessionAccount(TenantRow, Base):
    """A version of the forecast of all years (``year`` null), or of a year's figures."""

    __tablename__ = "concession_account"

    consortium_id: Mapped[UUID]
    year: Mapped[int | None]
    number: Mapped[int]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class ConcessionLine(TenantRow, Base):
    """An amount of a year: income, cost, fee, compensation, or what a party gives another."""

    __tablename__ = "concession_line"

    consortium_id: Mapped[UUID]
    account_id: Mapped[UUID]
    year: Mapped[int]
    kind: Mapped[str]
    label: Mapped[str | None]
    from_id: Mapped[UUID | None]
    to_id: Mapped[UUID | None]
    amount_cents: Mapped[int]


class ConcessionCompany(TenantRow, Base):
    """The company created after the award that takes over."""

    __tablename__ = "concession_company"

    consortium_id: Mapped[UUID]
    name: Mapped[str]
    siren: Mapped[str]
    takes_over_on: Mapped[date]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class ConcessionReport(TenantRow, Base):
    """A year's report was handed in on a day."""

    __tablename__ = "concession_report"

    consortium_id: Mapped[UUID]
    year: Mapped[int]
    handed_in_on: Mapped[date]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
