"""Background entry points of flows: charging runs."""

from uuid import UUID

import procrastinate

from app.flows import runs
from app.infra import jobs
from app.infra.db import system_actor

blueprint = procrastinate.Blueprint()


@blueprint.task(name=runs.TASK, retry=jobs.RETRY)
async def charge(cluster_id: str, run_id: str) -> None:
    """Carry a run to its end, a transaction for each batch."""
    database = jobs.databases.get().job
    more = True
    while more:
        async with database.transaction() as session:
            actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
            more = await runs.step(session, actor, UUID(run_id))
