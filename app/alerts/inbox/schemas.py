"""Shapes of alerts on the wire."""

from datetime import date

from pydantic import AwareDatetime, Field

from app.alerts.inbox.domain import AlertKind
from app.infra.http.ids import AlertId, ConsortiumId, MatchId, NoticeId, SavedSearchId, TenderId
from app.infra.http.listing import Page
from app.infra.http.schemas import In, MoneyOut, Out
from app.searches.schemas import WhyOut
from app.tenders.schemas import DeadlineOut
from app.watch.domain import NoticeKind


class AlertPage(Page):
    """A page of the caller's alerts."""

    unread: bool = Field(default=False, description="Only those not yet marked read.")


class AlertOut(Out):
    """Something that the caller should know."""

    id: AlertId
    kind: AlertKind
    at: AwareDatetime
    read_at: AwareDatetime | None
    consortium_id: ConsortiumId | None = Field(
        description="The joint answer that a reminder is about."
    )
    due_on: date | None = Field(description="Of a reminder: the last day in time.")
    tender_id: TenderId | None = Field(description="The followed tender that it is about.")
    notice_id: NoticeId | None = Field(description="The notice that says so; none of a reminder.")
    notice_kind: NoticeKind | None
    title: str
    buyer: str
    departments: list[str] = Field(description="INSEE codes.")
    estimate: MoneyOut | None = Field(description="The buyer's, excluding tax.")
    deadline: DeadlineOut | None
    deadline_before: AwareDatetime | None = Field(description="Of a deadline that moved.")
    url: str | None
    search_id: SavedSearchId | None = Field(description="The saved search that found it.")
    search_name: str | None
    match_id: MatchId | None
    why: WhyOut | None


class ReadingIn(In):
    """What the caller has read."""

    up_to: AlertId = Field(description="This alert and all that came before it.")
