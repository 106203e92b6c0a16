"""Background entry points of calls: drawing them, and files that none has."""

from uuid import UUID

import procrastinate

from app.calls import drawing
from app.calls.service import DRAW, PREFIX
from app.forms.render import Rendering
from app.infra import jobs
from app.infra.db import system_actor
from app.infra.files import Files
from app.infra.sweeping import sweep_files

blueprint = procrastinate.Blueprint()


@blueprint.task(name=DRAW, retry=jobs.RETRY)
async def draw(cluster_id: str, call_id: str) -> None:
    """Draw one call; done again, it changes nothing."""
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        files = Files(jobs.settings.get())
        await drawing.draw(session, actor, files, Rendering(), UUID(call_id))


@blueprint.task(name="calls.sweep", queueing_lock="calls.sweep")
async def sweep(timestamp: int) -> None:  # noqa: ARG001
    """Forget the files that no call has."""
    await sweep_files(PREFIX, drawing.files_to_keep)
