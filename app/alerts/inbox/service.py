"""Use cases of alerts: telling people once, and their saying that they have read."""

from collections import defaultdict
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
from app.tenders.domain import NewsKind, news_kind
from app.watch import service as watch
from app.watch.domain import NoticeKind

_KINDS = {
    NewsKind.DEADLINE_MOVED: AlertKind.DEADLINE_MOVED,
    NewsKind.CORRECTED: AlertKind.NOTICE_CORRECTED,
    NewsKind.CANCELLED: AlertKind.CALL_CANCELLED,
    NewsKind.RESULT: AlertKind.RESULT_PUBLISHED,
}
AT_ONCE = 5_000
"""Alerts in one statement."""


async def tell(session: AsyncSession, actor: Actor, told: Iterable[tuple[UUID, Fact]]) -> int:
    """Tell memberships facts, each once, and have their next mail say so; how many are new."""
    waiting, count = iter(told), 0
    while some := list(islice(waiting, AT_ONCE)):
        mails = await digests.begun(session, actor, {membership for membership, _ in some})
        count += await repository.add(session, actor, some, mails)
    return count


async def tell_followers(
    session: AsyncSession, actor: Actor, tender_id: UUID, news_id: UUID
) -> int:
    """Tell a piece of news to all who follow the tender, are of a joint answer to it, or were
    given what a search found of it.

    A job's act: it names no one to anyone. An alert says what the cluster may read anyway.
    """
    news = await tenders.get_news(session, actor, news_id)
    following = await tenders.followers(session, actor, tender_id)
    answering = await consortia.concerned(session, actor, tender_id)
    companies = following.companies | answering.companies
    people = following.people | answering.people
    given = await _given(session, actor, [following.notice_id] if following.notice_id else [])
    kind = _KINDS[NewsKind(news.kind)]
    before = news.deadline_before if kind is AlertKind.DEADLINE_MOVED else None
    fact = Fact(kind, tender_id, news.tender_version, news.notice_id, before)
    return await tell(
        session,
        actor,
        [
            (one.membership_id, fact)
            for one in await reachable(session)
            if one.member_id in companies
            or one.person_id in people
            or (one.member_id, one.person_id) in given
        ],
    )


async def tell_given(session: AsyncSession, actor: Actor, news: Iterable[tuple[UUID, UUID]]) -> int:
    """Tell what befell notices, given as pairs (later, earlier), to whom they were given.

    A job's act. Of what the cluster follows, they are told with those who follow.
    """
    forerunners: dict[UUID, set[UUID]] = defaultdict(set)
    for later, one in news:
        forerunners[later].add(one)
    followed = await tenders.followed_among(session, actor, set().union(*forerunners.values()))
    people = await reachable(session)
    told: list[tuple[UUID, Fact]] = []
    for later, earlier in sorted(forerunners.items()):
        given = await _given(session, actor, [*(earlier - followed)])
        if not given:
            continue
        fact = await _befell(session, later, earlier)
        told += (
            []
            if fact is None
            else [
                (one.membership_id, fact)
                for one in people
                if (one.member_id, one.person_id) in given
            ]
        )
    return await tell(session, actor, told)


async def _given(
    session: AsyncSession, actor: Actor, notice_ids: Sequence[UUID]
) -> set[tuple[UUID | None, UUID]]:
    """Companies with the people in them to whom these notices were given."""
    found = await searches.assignments(session, actor, notice_ids)
    return {(one.member_id, one.person_id) for one in found}


async def _befell(session: AsyncSession, later_id: UUID, earlier: set[UUID]) -> Fact | None:
    """What a notice did to those before it; None when another source has said it already.

    Said again less surely, a deadline is not moved.
    """
    later = await watch.get_notice(session, later_id)
    before = await watch.deadline_before(session, later, earlier)
    moved = later.deadline_at is not None and later.deadline_at != before
    echo = await watch.says_again(session, later, earlier)
    if echo and not (moved and later.deadline_certain):
        return None
    cancels, awards = later.kind == NoticeKind.CANCELLATION, later.kind == NoticeKind.AWARD
    kind = _KINDS[news_kind(cancels=cancels, awards=awards, moved=moved)]
    moved_from = before if kind is AlertKind.DEADLINE_MOVED else None
    return Fact(kind, later.id, later.version, later.id, moved_from)


async def tell_searchers(
    session: AsyncSession, actor: Actor, news: Sequence[tuple[UUID, datetime]]
) -> int:
    """Tell what saved searches found, each since an instant: to the people of its company, or to
    all when it is the cluster's.

    A job's act. What a search no longer asks for is no news; nor is what they put aside themselves.
    """
    facts = [
        (one, Fact(AlertKind.MATCH, one.id, _instant(one.matched_at), one.notice_id))
        for one in await searches.found_since(session, actor, news)
    ]
    told = (
        (person.membership_id, fact)
        for person in sorted(await reachable(session), key=lambda one: one.membership_id)
        for found, fact in facts
        if found.member_id in {None, person.member_id}
        and (person.member_id or actor.cluster_id) not in found.dismissed_by
    )
    return await tell(session, actor, told)


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
