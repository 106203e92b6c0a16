"""Mapped classes of the split."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class Split(TenantRow, Base):
    """One version of who does what for how much; versions are kept."""

    __tablename__ = "split"

    consortium_id: Mapped[UUID]
    number: Mapped[int]
    person_id: Mapped[UUID]
    written_at: Mapped[datetime]


class LotPrice(TenantRow, Base):
    """The bid on a lot, excluding tax; null for a framework without amount."""

    __tablename__ = "lot_price"

    consortium_id: Mapped[UUID]
    split_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    amount_cents: Mapped[int | None]


class SplitLine(TenantRow, Base):
    """A party's part of a lot: as it was given, and the euros that it comes to."""

    __tablename__ = "split_line"

    consortium_id: Mapped[UUID]
    split_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    party_id: Mapped[UUID]
    bps: Mapped[int | None]
    fixed_cents: Mapped[int | None]
    amount_cents: Mapped[int | None]
    tasks: Mapped[str | None]
