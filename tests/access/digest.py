"""What a cluster holds, a number per table: equal before and after what must change nothing."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from app.infra.db import Database

MAY_GROW: dict[str, str] = {}
"""Tables that a refusal may add to, and why."""

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND a.attname = 'cluster_id' AND NOT a.attisdropped ORDER BY 1
"""
OF_ALL = ("person", "procrastinate_jobs")
"""Tables without a cluster that a request could reach."""


async def digest(owner: Database, clusters: Iterable[UUID]) -> dict[str, str]:
    """Rows and their hash, by table, in these clusters and in what they share."""
    async with owner.transaction() as session:
        walled = [name for name in await session.scalars(text(TABLES)) if name not in MAY_GROW]
        parts = [_sum(name, " WHERE cluster_id = ANY (:clusters)") for name in walled]
        parts += [_sum(name, "") for name in OF_ALL]
        rows = await session.execute(text(" UNION ALL ".join(parts)), {"clusters": list(clusters)})
        return {name: f"{count} {total}" for name, count, total in rows}


def _sum(table: str, where: str) -> str:
    return (
        f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)"
        f" FROM {table} t{where}"
    )
