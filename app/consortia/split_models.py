"""Mapped classes of the split. Its rows only grow: a change is a new version, whole."""

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
    """The bid on a lot, excluding tax (null for a framework without amount), and its terms.

    ``fee_bps`` of each part go to the lead; the common expenses are ``expenses_bps`` of each
    part or ``expenses_cents`` in all, in an account that ``expenses_party_id`` keeps.
    """

    __tablename__ = "lot_price"

    consortium_id: Mapped[UUID]
    split_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    amount_cents: Mapped[int | None]
    fee_bps: Mapped[int | None]
    expenses_bps: Mapped[int | None]
    expenses_cents: Mapped[int | None]
    expenses_party_id: Mapped[UUID | None]


class SplitItem(TenantRow, Base):
    """A tranche, a work item or a work item of a tranche, with its price; none: the lot whole."""

    __tablename__ = "split_item"

    consortium_id: Mapped[UUID]
    split_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    tranche: Mapped[int | None]
    label: Mapped[str | None]
    amount_cents: Mapped[int | None]


class SplitLine(TenantRow, Base):
    """A party's part of a lot or of an item: as it was given, and the euros that it comes to."""

    __tablename__ = "split_line"

    consortium_id: Mapped[UUID]
    split_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    item_id: Mapped[UUID | None]
    party_id: Mapped[UUID]
    bps: Mapped[int | None]
    fixed_cents: Mapped[int | None]
    amount_cents: Mapped[int | None]
    tasks: Mapped[str | None]
    mandate: Mapped[bool]


class SplitPart(TenantRow, Base):
    """What a party has of a lot, all items together, and what it hands to others of it."""

    __tablename__ = "split_part"

    consortium_id: Mapped[UUID]
    split_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    party_id: Mapped[UUID]
    amount_cents: Mapped[int | None]
    mandate_cents: Mapped[int | None]
    fee_cents: Mapped[int | None]
    expenses_cents: Mapped[int | None]
