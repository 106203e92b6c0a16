"""Forgetting files that no row names: what a refused or killed request left in the storage."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra import jobs
from app.infra.db import enter_cluster
from app.infra.files import Files

SETTLED = timedelta(days=1)
"""How old a file is before it is judged: its row may not be committed yet."""

ToKeep = Callable[[AsyncSession, Collection[UUID], datetime], Awaitable[set[UUID]]]
"""Which of some files of the transaction's cluster to keep, at a moment."""


def file_key(prefix: str, cluster_id: UUID, file_id: UUID) -> str:
    """Where a file lies in the storage."""
    return f"{prefix}/{cluster_id.hex}/{file_id.hex}"


async def sweep_files(prefix: str, to_keep: ToKeep) -> None:
    """Delete the settled files under a prefix but those to keep; a job's work.

    What is of a cluster that is none of ours stays: another installation's, in the same bucket.
    """
    now = jobs.clock.get()()
    files = Files(jobs.settings.get())
    async for keys in files.keys(prefix, before=now - SETTLED):
        by_cluster: dict[UUID, list[UUID]] = {}
        for key in keys:
            _, cluster, file = key.rsplit("/", 2)
            by_cluster.setdefault(UUID(cluster), []).append(UUID(file))
        for cluster_id, found in by_cluster.items():
            async with jobs.databases.get().job.transaction() as session:
                await enter_cluster(session, cluster_id)
                ours = await session.scalar(OURS)
                kept = await to_keep(session, found, now) if ours else set(found)
            for file_id in set(found) - kept:
                await files.delete(file_key(prefix, cluster_id, file_id))


OURS = text("SELECT true FROM cluster WHERE cluster_id = app.cluster()")
