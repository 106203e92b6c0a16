"""Mapped classes of flows between members: rows are only ever added, but for a run's."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class Exchange(TenantRow, Base):
    """An invoice of a member, by seller, buyer and number; ``corrects_id`` makes it a credit note.

    ``turn`` counts how often it was declared anew after a reversal. An invoice to a client has no
    buyer: ``partner_id`` is the member in co-contracting, who does not see it.
    """

    __tablename__ = "exchange"

    nature: Mapped[str]
    seller_id: Mapped[UUID]
    buyer_id: Mapped[UUID | None]
    partner_id: Mapped[UUID | None]
    number: Mapped[str]
    turn: Mapped[int]
    corrects_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class ExchangeWord(TenantRow, Base):
    """What one side says of an invoice, once."""

    __tablename__ = "exchange_word"

    exchange_id: Mapped[UUID]
    side: Mapped[str]
    amount_cents: Mapped[int]
    currency: Mapped[str]
    invoiced_on: Mapped[date]
    label: Mapped[str | None]
    consortium_id: Mapped[UUID | None]
    said_at: Mapped[datetime]
    person_id: Mapped[UUID]


class ExchangeReversal(TenantRow, Base):
    """An invoice that never was, or was something else: it counts no more."""

    __tablename__ = "exchange_reversal"

    exchange_id: Mapped[UUID]
    reason: Mapped[str]
    reversed_at: Mapped[datetime]
    person_id: Mapped[UUID]


class ChargeRun(TenantRow, Base):
    """A run that charges what waits, up to a day; ``reached`` is the last flow it looked at."""

    __tablename__ = "charge_run"

    until_day: Mapped[date]
    state: Mapped[str]
    reached: Mapped[UUID | None]
    charges: Mapped[int]
    amount_cents: Mapped[Decimal]
    asked_at: Mapped[datetime]
    person_id: Mapped[UUID]
    ended_at: Mapped[datetime | None]
