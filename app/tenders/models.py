"""Mapped classes of what a cluster follows."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class Tender(TenantRow, Base):
    """The thing to answer; several notices may describe it (DOMAIN 5.18).

    ``followed_for`` is the company of the person who follows it; None for the cluster's own.
    """

    __tablename__ = "tender"

    notice_id: Mapped[UUID | None]
    title: Mapped[str]
    buyer: Mapped[str]
    nature: Mapped[str | None]
    procedure: Mapped[str | None]
    concession: Mapped[bool]
    several_bids: Mapped[str]
    deadline_at: Mapped[datetime | None]
    deadline_zone: Mapped[str | None]
    deadline_text: Mapped[str | None]
    deadline_certain: Mapped[bool | None]
    cancelled: Mapped[bool]
    url: Mapped[str | None]
    followed_by: Mapped[UUID]
    followed_for: Mapped[UUID | None]
    created_at: Mapped[datetime]
    version: Mapped[int]


class Lot(TenantRow, Base):
    """A part that can be bid for and won alone; a tender without lots has a single one."""

    __tablename__ = "lot"

    tender_id: Mapped[UUID]
    position: Mapped[int]
    number: Mapped[str]
    title: Mapped[str]
    cpv: Mapped[list[str]]
    estimate_cents: Mapped[int | None]


class Interest(TenantRow, Base):
    """A member's word on a lot: would lead, would take part, or would not."""

    __tablename__ = "interest"

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    member_id: Mapped[UUID]
    person_id: Mapped[UUID]
    stance: Mapped[str]
    note: Mapped[str | None]
    declared_at: Mapped[datetime]


class TenderNews(TenantRow, Base):
    """What a version of a notice brought to a tender; it made ``tender_version`` of it.

    ``published_on`` is the notice's; ``deadline_before`` what the deadline was until then.
    """

    __tablename__ = "tender_news"

    tender_id: Mapped[UUID]
    notice_id: Mapped[UUID]
    notice_version: Mapped[int]
    published_on: Mapped[date]
    kind: Mapped[str]
    tender_version: Mapped[int]
    deadline_before: Mapped[datetime | None]
    at: Mapped[datetime]
