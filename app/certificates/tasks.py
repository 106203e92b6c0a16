"""Background entry points of certificates: files that no certificate names any more."""

from datetime import timedelta
from uuid import UUID

import procrastinate

from app.certificates import service
from app.infra import jobs
from app.infra.db import enter_cluster
from app.infra.files import Files

blueprint = procrastinate.Blueprint()

SETTLED = timedelta(days=1)
"""How old a file is before it is judged: its row may not be committed yet."""
KEPT = timedelta(days=30)
"""How long the file of a withdrawn certificate is kept, for whoever took it back by mistake."""


@blueprint.task(name="certificates.sweep", queueing_lock="certificates.sweep")
async def sweep(timestamp: int) -> None:  # noqa: ARG001
    """Forget the files that no certificate names, or one that was withdrawn long ago."""
    now = jobs.clock.get()()
    files = Files(jobs.settings.get())
    async for keys in files.keys(service.PREFIX, before=now - SETTLED):
        by_cluster: dict[UUID, list[UUID]] = {}
        for key in keys:
            _, cluster, file = key.rsplit("/", 2)
            by_cluster.setdefault(UUID(cluster), []).append(UUID(file))
        for cluster_id, found in by_cluster.items():
            async with jobs.databases.get().job.transaction() as session:
                await enter_cluster(session, cluster_id)
                kept = await service.files_to_keep(session, found, now - KEPT)
            for file_id in set(found) - kept:
                await files.delete(service.file_key(cluster_id, file_id))
