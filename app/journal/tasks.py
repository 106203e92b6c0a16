"""Background entry points of the journal."""

from uuid import UUID

import procrastinate

from app.infra import jobs
from app.infra.db import system_actor
from app.journal import service

blueprint = procrastinate.Blueprint()

TICK = "journal.tick"
SEAL_OPENINGS = "journal.seal_openings"


@blueprint.task(name=TICK, queueing_lock=TICK)
async def tick(timestamp: int) -> None:  # noqa: ARG001 - the queue gives it to periodic tasks
    """Have the openings of each cluster sealed, by a job inside that cluster's walls."""
    database = jobs.databases.get().job
    async with database.transaction() as session:
        clusters = await service.clusters_to_seal(session)
    for cluster_id in clusters:
        async with database.transaction() as session:
            await system_actor(session, cluster_id, jobs.clock.get()(), "job")
            await jobs.defer(session, SEAL_OPENINGS, lock=f"{SEAL_OPENINGS} {cluster_id}")


@blueprint.task(name=SEAL_OPENINGS, retry=jobs.RETRY)
async def seal_openings(cluster_id: str) -> None:
    """Seal what was opened in the cluster since the last time."""
    async with jobs.databases.get().job.transaction() as session:
        await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        await service.seal_openings(session)
