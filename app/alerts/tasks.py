"""Background entry points of what reaches people."""

from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

import procrastinate
from procrastinate.types import JSONValue

from app.alerts.digests import letters
from app.alerts.digests import service as digests
from app.alerts.digests.service import MAIL_DIGEST
from app.alerts.inbox import service as inbox
from app.alerts.reminders import service as reminders
from app.infra import jobs, mail
from app.infra.db import system_actor
from app.infra.secret import secret_key
from app.journal.service import subscribe, subscribe_together
from app.searches import service as searches
from app.searches.events import SearchMatched
from app.tenders.events import TenderChanged
from app.watch import service as watch
from app.watch.events import NoticesArrived

blueprint = procrastinate.Blueprint()

TICK = "alerts.tick"
LOOK = "alerts.look"
REMIND = "alerts.remind"
CLOSE_DIGESTS = "alerts.close_digests"
TELL_FOLLOWERS = "alerts.tell_followers"
TELL_SEARCHERS = "alerts.tell_searchers"
NOTICES_ARRIVED = "alerts.notices_arrived"
TELL_GIVEN = "alerts.tell_given"


@blueprint.task(name=TELL_FOLLOWERS, retry=jobs.RETRY)
async def tell_followers(cluster_id: str, tender_id: str, news_id: str) -> None:
    """Tell those who follow a tender what a notice brought to it."""
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        await inbox.tell_followers(session, actor, UUID(tender_id), UUID(news_id))


@blueprint.task(name=TELL_SEARCHERS, retry=jobs.RETRY)
async def tell_searchers(cluster_id: str, events: list[dict[str, str]]) -> None:
    """Tell what saved searches found, all at once."""
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        news = [(UUID(one["search_id"]), datetime.fromisoformat(one["since"])) for one in events]
        await inbox.tell_searchers(session, actor, news)


@blueprint.task(name=NOTICES_ARRIVED, retry=jobs.RETRY)
async def notices_arrived(notice_ids: list[str]) -> None:
    """Have those told to whom an earlier notice was given, by a job inside each cluster's walls."""
    database = jobs.databases.get().job
    async with database.transaction() as session:
        pairs = await watch.sequels(session, [UUID(one) for one in notice_ids])
        given = await searches.clusters_with_assigned(session, {earlier for _, earlier in pairs})
    for cluster_id, concerned in groupby(sorted(given), key=itemgetter(0)):
        here = {notice_id for _, notice_id in concerned}
        sought = {later for later, earlier in pairs if earlier in here}
        # With all that came before: what was said already is told by that.
        news: list[JSONValue] = [
            [str(later), str(earlier)] for later, earlier in pairs if later in sought
        ]
        async with database.transaction() as session:
            await system_actor(session, cluster_id, jobs.clock.get()(), "job")
            await jobs.defer(session, TELL_GIVEN, news=news)


@blueprint.task(name=TELL_GIVEN, retry=jobs.RETRY)
async def tell_given(cluster_id: str, news: list[list[str]]) -> None:
    """Tell what befell notices to whom they were given."""
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        pairs = [(UUID(later), UUID(earlier)) for later, earlier in news]
        await inbox.tell_given(session, actor, pairs)


@blueprint.task(name=TICK, queueing_lock=TICK)
async def tick(timestamp: int) -> None:  # noqa: ARG001 - the queue gives it to periodic tasks
    """Have the mails that are due closed and sent, by a job inside each cluster's walls."""
    database, now = jobs.databases.get().job, jobs.clock.get()()
    async with database.transaction() as session:
        clusters = await digests.clusters_with_mail(session, now)
    for cluster_id in clusters:
        async with database.transaction() as session:
            await system_actor(session, cluster_id, now, "job")
            await jobs.defer(session, CLOSE_DIGESTS, lock=f"{CLOSE_DIGESTS} {cluster_id}")


@blueprint.task(name=LOOK, queueing_lock=LOOK)
async def look(timestamp: int) -> None:  # noqa: ARG001 - the queue gives it to periodic tasks
    """Have each cluster look at what the day brings to its joint answers."""
    database, now = jobs.databases.get().job, jobs.clock.get()()
    async with database.transaction() as session:
        clusters = await reminders.clusters_that_answer(session)
    for cluster_id in clusters:
        async with database.transaction() as session:
            await system_actor(session, cluster_id, now, "job")
            await jobs.defer(session, REMIND, lock=f"{REMIND} {cluster_id}")


@blueprint.task(name=REMIND, retry=jobs.RETRY)
async def remind(cluster_id: str) -> None:
    """Tell what the day brings to the cluster's joint answers; what was told is told no more."""
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        await reminders.remind(session, actor)


@blueprint.task(name=CLOSE_DIGESTS, retry=jobs.RETRY)
async def close_digests(cluster_id: str) -> None:
    """Close the cluster's mails that are due; each person's is a job of its own."""
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        await digests.close_due(session, actor)


@blueprint.task(name=MAIL_DIGEST, retry=mail.RETRY)
async def mail_digest(cluster_id: str, digest_ids: list[str]) -> None:
    """Mail a person what happened, if it still concerns them, and note that it went out.

    Between the two a worker may die: the mail goes out again, and is the same message.
    """
    settings, now = jobs.settings.get(), jobs.clock.get()()
    database = jobs.databases.get().job
    cluster, ids = UUID(cluster_id), [UUID(one) for one in digest_ids]
    async with database.transaction() as session:
        actor = await system_actor(session, cluster, now, "job")
        update = await digests.update(session, actor, ids)
    if update is None:
        return
    token = digests.REFUSAL.mint(secret_key(settings), cluster, update.person_id)
    site = settings.site()
    refusal = f"{site}/v1/digest-refusals/{token}"
    await mail.send(settings, letters.digest(update, site, refusal))
    async with database.transaction() as session:
        actor = await system_actor(session, cluster, now, "job")
        await digests.sent(session, actor, ids)


subscribe(TenderChanged, TELL_FOLLOWERS)
subscribe_together(SearchMatched, TELL_SEARCHERS)
subscribe(NoticesArrived, NOTICES_ARRIVED)
