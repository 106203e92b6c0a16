"""Mapped classes of calls. Rows are only ever added: what was sent stays as it was."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class BillingVersion(TenantRow, Base):
    """Who bills, and how: the newest version counts; calls keep their own copy."""

    __tablename__ = "billing"

    number: Mapped[int]
    facts: Mapped[dict[str, Any]]
    written_at: Mapped[datetime]
    person_id: Mapped[UUID]


class Call(TenantRow, Base):
    """An invoice of the cluster to a member, or a credit note, which names the call it corrects.

    A call below zero is a credit note too, and corrects no call as a whole.
    """

    __tablename__ = "call"

    member_id: Mapped[UUID]
    kind: Mapped[str]
    subject: Mapped[str]
    year: Mapped[int]
    number: Mapped[int]
    corrects_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    vat: Mapped[str]
    vat_bps: Mapped[int]
    net_cents: Mapped[int]
    vat_cents: Mapped[int]
    seller: Mapped[dict[str, Any]]
    buyer: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime]
    person_id: Mapped[UUID]


class CallLine(TenantRow, Base):
    """A charge on a call, for the ``turn``-th time; on a credit note it cancels that line."""

    __tablename__ = "call_line"

    call_id: Mapped[UUID]
    member_id: Mapped[UUID]
    charge_id: Mapped[UUID]
    turn: Mapped[int]
    position: Mapped[int]
    cancels_id: Mapped[UUID | None]
    label: Mapped[str]
    net_cents: Mapped[int]
    vat_cents: Mapped[int]


class CallFile(TenantRow, Base):
    """The file of a call (its id is the call's), with the SHA-256 of its bytes."""

    __tablename__ = "call_file"

    member_id: Mapped[UUID]
    size: Mapped[int]
    hash: Mapped[bytes]
    drawn_at: Mapped[datetime]
