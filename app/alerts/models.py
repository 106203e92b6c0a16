"""Mapped classes of what reaches people."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base, TenantRow


class Alert(TenantRow, Base):
    """Something that a person in a role should know; ``digest_id`` is the mail that tells it.

    ``subject_id`` is the tender, or the match, and ``version`` the tender's, or the instant of
    the match: with the kind they say when two alerts are one. ``notice_id`` is the notice that
    said it; it is the subject too of what is told to whoever took on a notice that nobody follows.
    A reminder has a joint answer in its place, and ``due_on``, the last day in time.
    """

    __tablename__ = "alert"

    membership_id: Mapped[UUID]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    version: Mapped[int]
    notice_id: Mapped[UUID | None]
    consortium_id: Mapped[UUID | None]
    due_on: Mapped[date | None]
    deadline_before: Mapped[datetime | None]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    digest_id: Mapped[UUID | None]


class AlertPreference(Base):
    """How a person in a role wishes to be told by mail; without a row, as ``DEFAULT`` says.

    ``hour`` is a wall hour in the cluster's zone, ``weekday`` ISO 8601's (1 is Monday).
    """

    __tablename__ = "alert_preference"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str]
    hour: Mapped[int]
    weekday: Mapped[int]
    changed_at: Mapped[datetime]


class Digest(TenantRow, Base):
    """A mail of alerts: those of ``since`` to ``until``, which closes it; one is open at a time.

    ``due_at`` is when it is to be closed; ``sent_at`` when a mail server took it.
    """

    __tablename__ = "digest"

    membership_id: Mapped[UUID]
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
