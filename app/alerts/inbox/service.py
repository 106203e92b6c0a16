"""Use cases of alerts: telling people once, and their saying that they have read."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.digests import service as digests
from app.alerts.inbox import repository
from app.alerts.inbox.domain import AlertKind, Fact
from app.consortia import service as consortia
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.people.memberships.service import reachable
from app.searches import service as searches
from app.tenders import service as tenders
from app.tenders.domain import NewsKind

_KINDS = {
    NewsKind.DEADLINE_MOVED: AlertKind.DEADLINE_MOVED,
    NewsKind.CORRECTED: AlertKind.NOTICE_CORRECTED,
    NewsKind.CANCELLED: AlertKind.CALL_CANCELLED,
    NewsKind.RESULT: AlertKind.RESULT_PUBLISHED,
}
AT_ONCE = 5_000
"""Alerts in one statement."""
FRESH = timedelta(days=1)
"""How long after a match people are told of it: a job's tries are over long before, and who comes
later is not told of all that was found before them."""


async def tell(
    session: AsyncSession, actor: Actor, memberships: Iterable[UUID], facts: Sequence[Fact]
) -> int:
    """Tell people facts, each once, and have their next mail say so; how many alerts are new."""
    told = ((membership, fact) for membership in sorted(memberships) for fact in facts)
    count = 0
    while some := list(islice(told, AT_ONCE)):
        fresh = await repository.add(session, actor, some)
        await digests.enclose(session, actor, fresh)
        count += len(fresh)
    return count


async def tell_followers(
    session: AsyncSession, actor: Actor, tender_id: UUID, news_id: UUID
) -> int:
    """Tell a piece of news to all who follow the tender, or are of a joint answer to it.

    A job's act: it names no one to anyone. An alert says what the cluster may read anyway.
    """
    news = await tenders.get_news(session, actor, news_id)
    following = await tenders.followers(session, actor, tender_id)
    answering = await consortia.concerned(session, actor, tender_id)
    companies = following.companies | answering.companies
    people = following.people | answering.people
    memberships = [
        one.membership_id
        for one in await reachable(session)
        if one.member_id in companies or one.person_id in people
    ]
    kind = _KINDS[NewsKind(news.kind)]
    fact = Fact(kind, tender_id, news.tender_version, news.notice_id)
    return await tell(session, actor, memberships, [fact])


async def tell_searchers(session: AsyncSession, actor: Actor, search_id: UUID) -> int:
    """Tell what a saved search found: to its company's people, or to all when it is the cluster's.

    A job's act. What the search was born with is no news; what it no longer asks for neither.
    """
    found = await searches.announced(session, actor, search_id, actor.now - FRESH)
    if found is None:
        return 0
    memberships = [
        one.membership_id
        for one in await reachable(session)
        if found.member_id is None or one.member_id == found.member_id
    ]
    facts = [
        Fact(AlertKind.MATCH, one.id, _instant(one.matched_at), one.notice_id)
        for one in found.matches
    ]
    return await tell(session, actor, memberships, facts)


async def mark_read(session: AsyncSession, actor: Actor, alert_id: UUID) -> None:
    """The caller has read one of their alerts; raises NotFound."""
    at = actor.now
    if not await repository.mark_read(session, actor, alert_id=alert_id, older_too=False, at=at):
        raise NotFound


async def mark_read_up_to(session: AsyncSession, actor: Actor, alert_id: UUID) -> None:
    """The caller has read an alert of theirs and all that came before; raises NotFound.

    Not simply all: one that came while they read stays unread.
    """
    at = actor.now
    if not await repository.mark_read(session, actor, alert_id=alert_id, older_too=True, at=at):
        raise NotFound


def _instant(at: datetime) -> int:
    """In microseconds since 1970: a notice that fits anew after it did not is told anew."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
