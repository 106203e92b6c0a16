"""What a cluster holds, a number per table: equal before and after what must change nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text

from app.infra.db import Database

OPENINGS = frozenset({"opening", "unsealed_opening"})
"""Where it is recorded that someone read amounts that are theirs to read."""

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND a.attname = 'cluster_id' AND NOT a.attisdropped ORDER BY 1
"""
OF_ALL = ("person", "procrastinate_jobs")
"""Tables without a cluster that a request could reach."""


@asynccontextmanager
async def unchanged(
    owner: Database, *clusters: UUID, but: frozenset[str] = frozenset()
) -> AsyncIterator[None]:
    """Assert that nothing in these clusters changes within the context, ``but`` these tables."""
    before = await _digest(owner, clusters, but)
    yield
    after = await _digest(owner, clusters, but)
    moved = sorted(name for name, held in after.items() if before[name] != held)
    assert moved == [], f"changed: {moved}"


async def _digest(
    owner: Database, clusters: tuple[UUID, ...], but: frozenset[str]
) -> dict[str, str]:
    async with owner.transaction() as session:
        walled = [name for name in await session.scalars(text(TABLES)) if name not in but]
        parts = [_sum(name, " WHERE cluster_id = ANY (:clusters)") for name in walled]
        parts += [_sum(name, "") for name in OF_ALL]
        rows = await session.execute(text(" UNION ALL ".join(parts)), {"clusters": list(clusters)})
        return {name: f"{count} {total}" for name, count, total in rows}


def _sum(table: str, where: str) -> str:
    return (
        f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)"
        f" FROM {table} t{where}"
    )
