"""Mapped classes of saved searches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from app.infra.db import Base, TenantRow


class Tsquery(UserDefinedType[str]):
    """PostgreSQL's own type of a text query; it is made there, and never read here."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Its name."""
        return "TSQUERY"


def made_there() -> Any:
    """A column that PostgreSQL makes of others."""
    return mapped_column(Tsquery, FetchedValue(), deferred=True, deferred_raiseload=True)


class SavedSearch(TenantRow, Base):
    """What a company watches for, or the cluster itself (``member_id`` is then null).

    ``criteria`` are as they were given; from ``words`` on stands what notices are compared with,
    null where anything will do. ``anchors``: see ``domain.anchors``.
    """

    __tablename__ = "saved_search"

    member_id: Mapped[UUID | None]
    name: Mapped[str]
    criteria: Mapped[dict[str, Any]]
    version: Mapped[int]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    words: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    query: Mapped[str | None] = made_there()
    cpv: Mapped[list[str] | None]
    departments: Mapped[list[str] | None]
    nuts: Mapped[list[str] | None]
    sirens: Mapped[list[str] | None]
    buyers: Mapped[list[str] | None]
    buyer_query: Mapped[str | None] = made_there()
    procedures: Mapped[list[str] | None]
    procedure_query: Mapped[str | None] = made_there()
    natures: Mapped[list[str] | None]
    concession: Mapped[bool | None]
    estimate_from: Mapped[int | None]
    estimate_to: Mapped[int | None]
    days_from: Mapped[int | None]
    days_to: Mapped[int | None]
    reserved: Mapped[list[str] | None]
    kinds: Mapped[list[str]]
    anchors: Mapped[list[str]]


class SearchMatch(TenantRow, Base):
    """A notice that a search found, once; ``lapsed_at`` when it fits no more.

    ``matched_at`` is when it came to fit, for the last time; ``silent`` what was there before the
    search, and is announced to nobody.
    """

    __tablename__ = "search_match"

    search_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    notice_id: Mapped[UUID]
    matched_at: Mapped[datetime]
    lapsed_at: Mapped[datetime | None]
    silent: Mapped[bool]


class SearchNews(Base):
    """A search that found something of which nobody was told yet, from ``since`` on."""

    __tablename__ = "search_news"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True)
    search_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class MatchDecision(TenantRow, Base):
    """What a company, or the cluster's own staff, makes of a match: the last word of each.

    ``holder`` is the company, else the cluster.
    """

    __tablename__ = "match_decision"

    match_id: Mapped[UUID]
    holder: Mapped[UUID]
    member_id: Mapped[UUID | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    assigned_to: Mapped[UUID | None]
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]
