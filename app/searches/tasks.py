"""Background entry points of saved searches."""

from uuid import UUID

import procrastinate

from app.infra import jobs
from app.infra.db import system_actor
from app.journal.service import subscribe
from app.searches import service
from app.searches.service.searches import MATCH_SEARCH
from app.watch.events import NoticesArrived

blueprint = procrastinate.Blueprint()

MATCH_NOTICES = "searches.match_notices"
TELL = "searches.tell"


@blueprint.task(name=MATCH_NOTICES, retry=jobs.RETRY)
async def match_notices(notice_ids: list[str]) -> None:
    """Match what an import's batch brought, and have it told: both or neither."""
    async with jobs.databases.get().job.transaction() as session:
        ids = [UUID(one) for one in notice_ids]
        if await service.match_notices(session, ids, jobs.clock.get()()):
            await jobs.defer(session, TELL, lock=TELL)


@blueprint.task(name=MATCH_SEARCH, retry=jobs.RETRY)
async def match_search(cluster_id: str, search_id: str) -> None:
    """Match a search that was made or changed, and tell what came since."""
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        await service.match_search(session, actor, UUID(search_id))
        await service.tell(session, actor)


@blueprint.task(name=TELL, queueing_lock=TELL)
async def tell(timestamp: int | None = None) -> None:  # noqa: ARG001 - see watch.tick
    """Announce what was found, cluster by cluster: each inside its own walls.

    Asked for by each match, and again each minute: what one run leaves, the next one tells.
    """
    database = jobs.databases.get().job
    async with database.transaction() as session:
        clusters = await service.clusters_to_tell(session)
    for cluster_id in clusters:
        async with database.transaction() as session:
            actor = await system_actor(session, cluster_id, jobs.clock.get()(), "job")
            await service.tell(session, actor)


subscribe(NoticesArrived, MATCH_NOTICES)
