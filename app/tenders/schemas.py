"""Shapes of tenders on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    Field,
    StrictInt,
    StringConstraints,
    field_validator,
    model_validator,
)

from app.certificates.domain import Kind
from app.infra.http.day import Day
from app.infra.http.ids import InterestId, LotId, MemberId, NoticeId, PersonId, TenderId
from app.infra.http.listing import Page
from app.infra.http.schemas import In, LongText, MoneyIn, MoneyOut, Out, ShortText
from app.infra.http.text import Text
from app.kernel.zones import zones
from app.tenders.domain import DeadlineIn, FormAtAward, Rules, SeveralBids, Stance
from app.tenders.models import Lot, Tender
from app.tenders.service import LotIn, TenderIn
from app.watch.domain import Nature

FIRST_YEAR, LAST_YEAR = 2000, 2100

Cpv = Annotated[str, StringConstraints(pattern="^[0-9]{8}$")]
Url = Annotated[str, StringConstraints(pattern="^https?://[!-~]{3,1000}$")]


class LotBody(In):
    """A lot written by hand."""

    number: Annotated[str, Text(least=1, most=40)]
    title: ShortText
    cpv: list[Cpv] = Field(default=[], max_length=20)
    estimate: MoneyIn | None = None


class DeadlineBody(In):
    """Wall time at the buyer's: `17h00` is 17:00:00, in the buyer's zone."""

    wall_time: datetime = Field(examples=["2026-06-15T12:00:00"])
    zone: Annotated[str, StringConstraints(max_length=60)] = Field(
        "Europe/Paris", examples=["Indian/Reunion"]
    )

    @field_validator("wall_time")
    @classmethod
    def _naive(cls, value: datetime) -> datetime:
        if value.tzinfo is not None:
            raise ValueError("Sans décalage horaire : c'est le fuseau qui le dit.")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(f"Il faut une année de {FIRST_YEAR} à {LAST_YEAR}.")
        return value

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in zones():
            raise ValueError("Ce fuseau horaire n'est pas de l'IANA.")
        return value


class TenderBody(In):
    """Follow a notice (`notice_id`), or write a tender by hand (`title`, `buyer`, …)."""

    notice_id: NoticeId | None = None
    several_bids: SeveralBids = SeveralBids.UNKNOWN
    title: ShortText | None = None
    buyer: ShortText | None = None
    nature: Nature | None = None
    procedure: ShortText | None = None
    concession: bool = Field(default=False, strict=True)
    deadline: DeadlineBody | None = None
    url: Url | None = None
    lots: list[LotBody] = Field(default=[], max_length=200)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_hand = self.model_fields_set - {"notice_id", "several_bids"}
        if self.notice_id is not None and by_hand:
            raise ValueError("Avec notice_id, seul several_bids : le reste vient de l'avis.")
        if self.notice_id is None and (self.title is None or self.buyer is None):
            raise ValueError("Donnez notice_id, ou title et buyer.")
        return self

    def tender(self) -> TenderIn:
        """What the use case takes, of a tender written by hand."""
        deadline = self.deadline
        return TenderIn(
            title=self.title or "",
            buyer=self.buyer or "",
            nature=self.nature,
            procedure=self.procedure,
            concession=self.concession,
            url=self.url,
            deadline=DeadlineIn(deadline.wall_time, deadline.zone) if deadline else None,
            lots=tuple(
                LotIn(
                    lot.number,
                    lot.title,
                    tuple(lot.cpv),
                    lot.estimate.amount_cents if lot.estimate else None,
                )
                for lot in self.lots
            ),
        )


class DeadlineOut(Out):
    """The instant after which a bid is late, and how it is known."""

    at: AwareDatetime
    zone: str = Field(examples=["Europe/Paris"])
    text: str | None = Field(description="The source's own words.")
    certain: bool = Field(description="False when the source is known to lie in this shape.")


class LotOut(Out):
    """A lot of a tender."""

    id: LotId
    number: str
    title: str
    cpv: list[str]
    estimate: MoneyOut | None


class TenderSummary(Out):
    """A tender, in a list."""

    id: TenderId
    title: str
    buyer: str
    nature: Nature | None
    concession: bool
    cancelled: bool
    several_bids: SeveralBids
    notice_id: NoticeId | None
    url: str | None
    version: int
    deadline: DeadlineOut | None
    created_at: AwareDatetime


class TenderOut(TenderSummary):
    """A tender with its lots."""

    procedure: str | None
    lots: list[LotOut]


class TenderPage(Page):
    """A page of the tenders that the cluster follows."""

    open_only: bool = Field(
        default=False, description="Leave out what is cancelled or past its deadline."
    )


class ReservedIn(In):
    """A lot that is reserved, and what proves that a company may answer it: one of these."""

    lot_id: LotId
    kinds: list[Kind] = Field(min_length=1, max_length=3)


class RulesIn(In):
    """What the documents say to candidates; of what nobody read, `unknown`."""

    several_bids: SeveralBids = Field(
        SeveralBids.UNKNOWN, description="By one company (R2142-21, R2151-7)."
    )
    linked_bids: SeveralBids = Field(
        SeveralBids.UNKNOWN, description="By companies that are linked to one another."
    )
    one_lead: bool = Field(
        default=False, strict=True, description="Nobody leads twice on the whole tender (R2142-23)."
    )
    negotiated: bool = Field(default=False, strict=True)
    launched_on: Day | None = None
    bid_cap: StrictInt | None = Field(
        None, ge=1, le=1_000, description="Lots that one company may bid for (L2113-10)."
    )
    win_cap: StrictInt | None = Field(None, ge=1, le=1_000, description="And win.")
    asked: list[Kind] = Field(
        default=[], max_length=20, description="What each holder proves on the deadline."
    )
    reserved: list[ReservedIn] = Field(default=[], max_length=200)
    form_at_award: FormAtAward | None = Field(None, description="R2142-22; with `form_reason`.")
    form_reason: LongText | None = None

    def rules(self) -> Rules:
        """What the use case takes."""
        plain = self.model_dump(exclude={"asked", "reserved"})
        reserved = {one.lot_id: frozenset(one.kinds) for one in self.reserved}
        return Rules(**plain, asked=frozenset(self.asked), reserved=reserved)


class ReservedOut(Out):
    """A lot that is reserved."""

    lot_id: LotId
    kinds: list[Kind]


class RulesOut(Out):
    """What was last read in the documents; `version` is the tender's, for the next If-Match."""

    version: int
    several_bids: SeveralBids
    linked_bids: SeveralBids
    one_lead: bool
    negotiated: bool
    launched_on: date | None
    bid_cap: int | None
    win_cap: int | None
    asked: list[Kind]
    reserved: list[ReservedOut]
    form_at_award: FormAtAward | None
    form_reason: str | None
    said_by: PersonId | None = Field(description="Null as long as nobody read them.")
    said_at: AwareDatetime | None


class InterestBody(In):
    """What the caller's company would take of a lot."""

    lot_id: LotId
    stance: Stance
    note: LongText | None = None


class InterestOut(Out):
    """A member's word on a lot."""

    id: InterestId
    tender_id: TenderId
    lot_id: LotId
    member_id: MemberId
    stance: Stance
    note: str | None
    declared_at: AwareDatetime


class InterestsOut(Out):
    """Who would take what."""

    items: list[InterestOut]


def tender_out(tender: Tender, lots: list[Lot]) -> TenderOut:
    """The answer that shows a tender."""
    deadline: dict[str, Any] | None = None
    if tender.deadline_at is not None:
        deadline = {
            "at": tender.deadline_at,
            "zone": tender.deadline_zone,
            "text": tender.deadline_text,
            "certain": tender.deadline_certain,
        }
    shown = {
        name: getattr(tender, name) for name in TenderOut.model_fields if hasattr(tender, name)
    }
    lot_bodies = [
        {
            **{name: getattr(lot, name) for name in ("id", "number", "title", "cpv")},
            "estimate": {"amount_cents": lot.estimate_cents} if lot.estimate_cents else None,
        }
        for lot in lots
    ]
    return TenderOut.model_validate({**shown, "deadline": deadline, "lots": lot_bodies})
