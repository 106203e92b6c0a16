"""Mapped class of contracts: they belong to the installation, and all clusters read them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class ContractRow(Base):
    """A contract that runs, as last published.

    ``months`` is its whole term, ``ends_on`` its last day, both null when not known;
    ``call_from`` and ``call_to`` the days between which a call for renewal is likely, null when
    none is. ``amendments`` counts its modifications. ``buyer_name`` is ``buyer``, else the
    name that a notice gives this number; null as long as none does.
    """

    __tablename__ = "contract"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    source_id: Mapped[str]
    notice_id: Mapped[UUID | None]
    title: Mapped[str]
    buyer: Mapped[str | None]
    buyer_siret: Mapped[str | None]
    buyer_name: Mapped[str | None]
    buyer_words: Mapped[str | None] = mapped_column(
        TSVECTOR, FetchedValue(), deferred=True, deferred_raiseload=True
    )
    cpv: Mapped[list[str]]
    cpv_branches: Mapped[list[str] | None] = mapped_column(FetchedValue())
    departments: Mapped[list[str]]
    concession: Mapped[bool]
    framework: Mapped[bool]
    procedure: Mapped[str | None]
    holders: Mapped[list[dict[str, Any]]]
    amount_cents: Mapped[int | None]
    currency: Mapped[str | None]
    started_on: Mapped[date]
    months: Mapped[int | None]
    amendments: Mapped[int]
    ends_on: Mapped[date | None]
    call_from: Mapped[date | None]
    call_to: Mapped[date | None]
    published_on: Mapped[date]
    updated_at: Mapped[datetime]
