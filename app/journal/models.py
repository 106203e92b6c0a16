"""Mapped classes of the journal; rows are only ever added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class AuditEntry(TenantRow, Base):
    """Who changed what, when, in which request."""

    __tablename__ = "audit_entry"

    at: Mapped[datetime]
    person_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    request_id: Mapped[str]
    action: Mapped[str]
    subject_id: Mapped[UUID]
    consortium_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]


class EventRow(TenantRow, Base):
    """A public fact of a cluster; private to a consortium's parties when it names one."""

    __tablename__ = "event"

    at: Mapped[datetime]
    type: Mapped[str]
    consortium_id: Mapped[UUID | None]
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
