"""Shapes of the watch on the wire."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.infra.http.day import Day
from app.infra.http.ids import ImportId, NoticeId
from app.infra.http.listing import Page
from app.infra.http.schemas import MoneyOut, Out
from app.kernel.errors import Fault, Invalid
from app.watch.domain import CriterionKind, Nature, NoticeKind, Reservation
from app.watch.repository import Search
from app.watch.service.prepare import branch
from app.watch.zones import department

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$"),
]


class NoticeSearch(Page):
    """What to look for; every filter given must hold."""

    q: Words | None = Field(
        None,
        description="French or English words, found by their stem, with or without accents; "
        '`"…"` keeps words together, `or` (`ou`) parts alternatives, and what `-` stands before '
        "is never found.",
        examples=["maîtrise d'œuvre"],
    )
    cpv: Annotated[str, StringConstraints(pattern="^[0-9]{2,8}(-[0-9])?$")] | None = Field(
        None,
        description="A CPV code or its first digits; trailing zeros mean the whole branch.",
        examples=["79950000"],
    )
    department: list[Annotated[str, StringConstraints(max_length=3)]] = Field(
        default=[],
        max_length=30,
        description="INSEE codes, any of them.",
        examples=[["42", "2A"]],
    )
    published_from: Day | None = None
    published_to: Day | None = None
    deadline_from: Day | None = Field(None, description="A day of Paris, included.")
    deadline_to: Day | None = Field(None, description="A day of Paris, included.")
    nature: Nature | None = None
    kind: NoticeKind | None = None
    concession: bool | None = None
    buyer: Words | None = Field(
        None, description="Words of the buyer's name, or its SIREN or SIRET.", examples=["Roanne"]
    )

    def search(self) -> Search:
        """What the repository looks for; raises Invalid on a department that there is not."""
        numbered = self.buyer is not None and is_number(self.buyer)
        return Search(
            q=self.q,
            cpv_branch=branch(self.cpv.partition("-")[0]) if self.cpv else None,
            departments=tuple(checked_department(code) for code in self.department),
            published_from=self.published_from,
            published_to=self.published_to,
            deadline_from=self.deadline_from,
            deadline_to=self.deadline_to,
            nature=self.nature,
            kind=self.kind,
            concession=self.concession,
            buyer=None if numbered else self.buyer,
            buyer_number="".join(self.buyer.split()) if numbered and self.buyer else None,
        )


class NoticeDeadlineOut(Out):
    """When a bid is late."""

    at: datetime = Field(description="The instant, in UTC.")
    zone: str = Field(description="The buyer's time zone.", examples=["Europe/Paris"])
    text: str = Field(description="The source's own words.")
    certain: bool = Field(description="False when the source is known to be unreliable here.")


class CriterionOut(Out):
    """An award criterion, as the buyer weighs it."""

    kind: CriterionKind
    name: str
    weight: str | None = Field(None, description="The source's words; may sum to anything.")
    unit: str | None = Field(None, examples=["percent"])


class AwardedOut(Out):
    """Who won a lot, as an award notice says."""

    winner: str
    winner_siret: str | None = None
    lot: str | None = Field(None, description="Null: the whole contract.")
    amount: MoneyOut | None = None
    concluded_on: date | None = None


class NoticeLotOut(Out):
    """A part that can be bid for alone; what is empty here is as the notice has it."""

    number: str
    title: str
    description: str
    cpv: list[str]
    estimate: MoneyOut | None
    nuts: list[str]
    deadline: NoticeDeadlineOut | None
    criteria: list[CriterionOut]
    reserved: list[Reservation]
    duration_months: int | None


class SiblingOut(Out):
    """Another notice of the same procedure."""

    id: NoticeId
    source: str = Field(examples=["ted"])
    source_id: str = Field(examples=["537513-2025"])
    kind: NoticeKind
    published_on: date
    url: str | None


class NoticeOut(Out):
    """A notice in a list."""

    id: NoticeId
    source: str = Field(examples=["boamp"])
    source_id: str = Field(examples=["26-85090"])
    kind: NoticeKind
    title: str
    buyer: str
    buyer_siret: str | None
    nature: Nature | None
    concession: bool
    procedure: str | None
    cpv: list[str]
    departments: list[str]
    nuts: list[str] = Field(description="Places of performance.", examples=[["FRK25"]])
    reserved: list[Reservation] = Field(description="For whom the contract is reserved.")
    lot_count: int
    estimate: MoneyOut | None
    deadline: NoticeDeadlineOut | None
    published_on: date
    url: str | None
    version: int
    siblings: list[SiblingOut] = Field(
        description="The other notices of its procedure: in another source, or before and after it."
    )


class VersionRef(Out):
    """A version, and when it was first seen."""

    version: int
    seen_at: datetime


class LaterNotice(Out):
    """A notice that corrects, cancels, awards or replaces this one."""

    id: NoticeId
    source_id: str
    kind: NoticeKind
    title: str
    published_on: date


class NoticeDetail(NoticeOut):
    """A notice with its lots, its versions and what followed it."""

    description: str
    procedure_id: str | None = Field(description="Groups the notices of one procedure.")
    follows: list[str] = Field(description="Ids, in the source, of notices that this one follows.")
    lots: list[NoticeLotOut]
    application_deadline: NoticeDeadlineOut | None = Field(description="For requests to take part.")
    bid_deadline: NoticeDeadlineOut | None
    criteria: list[CriterionOut]
    documents: list[str] = Field(description="Where the tender's documents are.")
    renews: str | None = Field(description="The earlier contract, in the source's words.")
    duration_months: int | None
    awards: list[AwardedOut]
    versions: list[VersionRef]
    later: list[LaterNotice]
    updated_at: datetime


class VersionOut(VersionRef):
    """A version, and what was read in it."""

    content: dict[str, Any]


class SourceOut(Out):
    """Where notices come from, and how fresh they are."""

    id: str = Field(examples=["boamp"])
    kind: str = Field(description="How it is asked and read.", examples=["ocds"])
    enabled: bool = Field(description="The operator turns sources on.")
    cron: str = Field(description="When it is asked, in the time of Paris.")
    window_days: int
    next_at: datetime | None = Field(
        description="When it is asked next; null when it is off, or about to be asked."
    )
    last_success_at: datetime | None = Field(description="When an import last brought all.")
    failing_since: datetime | None = Field(description="Null once an import succeeds.")
    last_error: str | None


class ImportOut(Out):
    """One import and its counts."""

    id: ImportId
    source: str
    via: str = Field(description="`file`, `http` or `backfill`.", examples=["http"])
    label: str | None = Field(description="The file's name, if it was one.")
    state: str = Field(
        description="`running`, `done`, `failed`, or `paused`: a back-fill that goes on later.",
        examples=["done"],
    )
    seen: int
    new: int
    changed: int
    same: int
    set_aside: int
    reasons: dict[str, int] = Field(description="How many items were set aside for which reason.")
    window_from: date | None = Field(description="The first day of publication asked for.")
    window_to: date | None = Field(description="The last one, of a back-fill.")
    error: str | None
    started_at: datetime
    finished_at: datetime | None


class SetAsideOut(Out):
    """An item that could not be read."""

    position: int = Field(description="Its place in the import, from 1.")
    reason: str
    raw: str = Field(description="The beginning of its body; empty when it never arrived.")
    whole: bool = Field(description="Whether its whole body is kept, to be read again.")
    address: str | None = Field(description="Where it is asked for again, if it can be.")
    state: str = Field(description="`pending`, or `retried`: it was read since.")
    retried_at: datetime | None


def is_number(buyer: str) -> bool:
    """Whether the words are a SIREN or a SIRET."""
    digits = "".join(buyer.split())
    return digits.isascii() and digits.isdecimal() and len(digits) in (9, 14)


def checked_department(code: str) -> str:
    """The INSEE code that we keep; raises Invalid on a department that there is not."""
    known = department(code)
    if known is None:
        message = "Code INSEE d'un département : 01 à 95, 2A, 2B, 971 à 988."
        raise Invalid(faults=(Fault("/query/department", "unknown_department", message),))
    return known
