"""Use cases of alerts: telling people once, and their saying that they have read."""

from collections.abc import Iterable, Sequence
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
