"""Mapped classes of the journal; rows are only ever added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base, TenantRow


class AuditEntry(TenantRow, Base):
    """Who changed what, when, from where, in which request."""

    __tablename__ = "audit_entry"

    at: Mapped[datetime]
    person_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    origin: Mapped[str]
    request_id: Mapped[str]
    action: Mapped[str]
    subject_id: Mapped[UUID]
    consortium_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]


class EventRow(TenantRow, Base):
    """A public fact of a cluster; private to a consortium's parties when it names one, and to a
    company's people when it is that company's.
    """

    __tablename__ = "event"

    at: Mapped[datetime]
    type: Mapped[str]
    consortium_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]


class Opening(TenantRow, Base):
    """Who opened the amounts of a version of a consortium's split; once each."""

    __tablename__ = "opening"

    consortium_id: Mapped[UUID]
    version: Mapped[int]
    person_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    at: Mapped[datetime]
    origin: Mapped[str]
    request_id: Mapped[str]


class AuditSeal(Base):
    """A link of a cluster's chain, written by the database alone (docs/decisions/0008)."""

    __tablename__ = "audit_seal"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    at: Mapped[datetime]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Base):
    """Where a cluster's chain ends."""

    __tablename__ = "audit_head"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class UnsealedOpening(Base):
    """An opening that waits for its seal."""

    __tablename__ = "unsealed_opening"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True)
    opening_id: Mapped[UUID] = mapped_column(primary_key=True)
