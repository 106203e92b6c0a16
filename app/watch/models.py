"""Mapped classes of the watch: they belong to the installation, and all clusters read them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue, LargeBinary
from sqlalchemy.dialects.postgresql import JSON, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class Source(Base):
    """Where notices come from. Off until the operator turns it on.

    ``kind`` names its publisher (``sources.kinds``), ``settings`` are what that one needs to
    know more. ``catalogue`` is the source whose numbers its notices bear: two doors to one
    bulletin share it.
    ``requested_at`` is when the last scheduled import was asked for and ``next_at`` when its
    hour comes again (null: at once), ``quiet_until`` the instant before which the source asked
    not to be called again.
    """

    __tablename__ = "source"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    catalogue: Mapped[str]
    settings: Mapped[dict[str, Any]]
    enabled: Mapped[bool]
    base_url: Mapped[str]
    window_days: Mapped[int]
    pace_ms: Mapped[int]
    cron: Mapped[str]
    requested_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    quiet_until: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    last_error: Mapped[str | None]


class ImportRun(Base):
    """One import. ``attempt`` is the fence: who lost the run writes nothing more into it.

    ``cursor`` is what the last page that was stored whole said of itself, ``passed`` how many
    items after it were counted: whoever takes over goes on there. ``window_to`` is null for
    "up to now". ``fingerprint`` tells whether a file of a folder changed since.
    """

    __tablename__ = "import_run"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    via: Mapped[str]
    label: Mapped[str | None]
    state: Mapped[str]
    attempt: Mapped[int]
    window_from: Mapped[date | None]
    window_to: Mapped[date | None]
    cursor: Mapped[str | None]
    passed: Mapped[int]
    fingerprint: Mapped[str | None]
    seen: Mapped[int]
    new: Mapped[int]
    changed: Mapped[int]
    same: Mapped[int]
    set_aside: Mapped[int]
    reasons: Mapped[dict[str, Any]]
    error: Mapped[str | None]
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class SetAside(Base):
    """An item that could not be read: why, and its body, ``whole`` unless it was too long.

    ``address`` is where it can be had again, when it was a document of its own; one that never
    arrived has no body. ``retried_at`` is when it was read after all.
    """

    __tablename__ = "set_aside"

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]
    raw: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)
    whole: Mapped[bool]
    address: Mapped[str | None]
    retried_at: Mapped[datetime | None]


class NoticeRow(Base):
    """A notice as it stands now.

    ``cpv_branches`` and ``nuts_branches`` (PostgreSQL makes them) are the branches of the code
    lists that its codes and its lots' lie in; ``group_id`` is what it shares with the others of its
    procedure, null while it is alone; ``details`` what no search looks into (see
    ``service.content``); ``partial`` says that the record came without its body (a
    six-field export).
    """

    __tablename__ = "notice"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    source_id: Mapped[str]
    version: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    buyer: Mapped[str]
    buyer_siret: Mapped[str | None]
    nature: Mapped[str | None]
    concession: Mapped[bool]
    procedure: Mapped[str | None]
    procedure_id: Mapped[str | None]
    group_id: Mapped[UUID | None]
    follows: Mapped[list[str]]
    cpv: Mapped[list[str]]
    cpv_branches: Mapped[list[str] | None] = mapped_column(FetchedValue())
    departments: Mapped[list[str]]
    nuts: Mapped[list[str]]
    nuts_branches: Mapped[list[str] | None] = mapped_column(FetchedValue())
    reserved: Mapped[list[str]]
    details: Mapped[dict[str, Any]]
    lots: Mapped[list[dict[str, Any]]]
    estimate_cents: Mapped[int | None]
    currency: Mapped[str | None]
    deadline_at: Mapped[datetime | None]
    deadline_zone: Mapped[str | None]
    deadline_text: Mapped[str | None]
    deadline_certain: Mapped[bool | None]
    published_on: Mapped[date]
    url: Mapped[str | None]
    partial: Mapped[bool]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    first_seen_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    search: Mapped[str | None] = mapped_column(
        TSVECTOR, FetchedValue(), deferred=True, deferred_raiseload=True
    )


class NoticeVersion(Base):
    """A notice as it once stood: what was read, and the source's own words, while they are kept."""

    __tablename__ = "notice_version"

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    raw: Mapped[Any | None] = mapped_column(JSON, deferred=True, deferred_raiseload=True)
    seen_at: Mapped[datetime]
