"""Items that were set aside, read again after a fix. As the importer."""

import asyncio
import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from app.kernel.clock import Clock
from app.watch.domain import Counts
from app.watch.models import Source
from app.watch.service import runs, sources
from app.watch.service.prepare import Item, Refused, prepared
from app.watch.service.runs import Run
from app.watch.service.store import Outcome, store
from app.watch.sources.kinds import publisher_of

# Newest first: of what several runs set aside of one notice, the last word is stored.
PENDING = text("""
    SELECT s.run_id, s.position FROM set_aside s JOIN import_run r ON r.id = s.run_id
    WHERE r.source = :source AND s.retried_at IS NULL AND s.whole
    ORDER BY s.run_id DESC, s.position
""")
ONE = text("""
    SELECT raw FROM set_aside WHERE run_id = :run AND position = :position AND retried_at IS NULL
    FOR UPDATE SKIP LOCKED
""")
READ = text("UPDATE set_aside SET retried_at = :at WHERE run_id = :run AND position = :position")
UNREAD = text("""
    UPDATE set_aside SET reason = :reason WHERE run_id = :run AND position = :position
""")
STORED_SINCE = text("""
    SELECT EXISTS (SELECT FROM notice n JOIN import_run r ON r.id = :run
      WHERE n.source = :catalogue AND n.source_id = :id AND n.updated_at >= r.started_at)
""")


async def retry_set_aside(database: Database, source_id: str, *, clock: Clock) -> Run:
    """Read again what runs of a source set aside and kept whole; a run of its own counts it.

    What now reads is stored, unless its run was followed by a newer version of the notice; the
    rest stays set aside, with the reason of today. Raises UnknownSource.
    """
    async with database.transaction() as session:
        source = await sources.found(session, source_id)
        run = await runs.begin(session, source, clock(), via="retry")
        pending = [
            (row[0], row[1]) for row in await session.execute(PENDING, {"source": source_id})
        ]
    error: str | None = runs.INTERRUPTED
    try:
        for place in pending:
            async with database.transaction() as session:
                counts = await _retry(session, run, source, place, clock)
            run.counts = counts
        error = None
    finally:
        async with database.transaction() as session:
            await runs.end(session, run, "failed" if error else "done", error, clock())
    return run


async def _retry(
    session: AsyncSession, run: Run, source: Source, place: tuple[UUID, int], clock: Clock
) -> Counts:
    at = {"run": place[0], "position": place[1]}
    raw = await session.scalar(ONE, at)
    if raw is None:
        return run.counts
    record = json.loads(raw)
    item = await asyncio.to_thread(
        prepared, publisher_of(source.kind, source.settings), run.counts.seen + 1, record
    )
    outcome = await _stored(session, run, place[0], item, clock)
    for refused in outcome.refused:
        await session.execute(UNREAD, {**at, "reason": refused.reason})
    if not outcome.refused:
        await session.execute(READ, {**at, "at": clock()})
    counts = runs.counted(run.counts, 1, outcome)
    await runs.advance(session, run, counts, now=clock())
    return counts


async def _stored(
    session: AsyncSession, run: Run, origin: UUID, item: Item | Refused, clock: Clock
) -> Outcome:
    if isinstance(item, Refused):
        return Outcome(refused=[item])
    known = {"run": origin, "catalogue": run.catalogue, "id": item.notice.source_id}
    if await session.scalar(STORED_SINCE, known):
        return Outcome(same=1)
    return await store(session, run.catalogue, [item], clock())
