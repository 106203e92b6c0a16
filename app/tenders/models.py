"""Mapped classes of what a cluster follows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.certificates.domain import Kind
from app.infra.db import Base, TenantRow
from app.tenders.domain import FormAtAward, Rules, SeveralBids


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


class TenderRules(TenantRow, Base):
    """What someone read in the documents of a tender; the newest number holds."""

    __tablename__ = "tender_rules"

    tender_id: Mapped[UUID]
    number: Mapped[int]
    several_bids: Mapped[str]
    linked_bids: Mapped[str]
    one_lead: Mapped[bool]
    negotiated: Mapped[bool]
    launched_on: Mapped[date | None]
    bid_cap: Mapped[int | None]
    win_cap: Mapped[int | None]
    asked: Mapped[list[str]]
    reserved: Mapped[dict[str, Any]]
    form_at_award: Mapped[str | None]
    form_reason: Mapped[str | None]
    person_id: Mapped[UUID]
    said_at: Mapped[datetime]

    def rules(self) -> Rules:
        """The same as the domain has it."""
        return Rules(
            several_bids=SeveralBids(self.several_bids),
            linked_bids=SeveralBids(self.linked_bids),
            one_lead=self.one_lead,
            negotiated=self.negotiated,
            launched_on=self.launched_on,
            bid_cap=self.bid_cap,
            win_cap=self.win_cap,
            asked=frozenset(Kind(one) for one in self.asked),
            reserved={
                UUID(lot): frozenset(Kind(one) for one in kinds)
                for lot, kinds in self.reserved.items()
            },
            form_at_award=FormAtAward(self.form_at_award) if self.form_at_award else None,
            form_reason=self.form_reason,
        )


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
