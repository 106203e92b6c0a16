"""Imports: a file, records in hand, or a source over HTTP. Run as the importer role."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from app.kernel.clock import Clock
from app.watch.models import Source
from app.watch.service import runs, sources
from app.watch.service.prepare import Batch, batches
from app.watch.service.runs import Progress, Run, Superseded
from app.watch.sources import Asked, SourceFailure
from app.watch.sources.files import read_file
from app.watch.sources.kinds import KINDS
from app.watch.sources.polite import TIMEOUT, PoliteClient, Sleep

log = structlog.get_logger()

INTERRUPTED = "Import interrompu."
OUR_FAULT = "Erreur interne : elle est consignée."


async def import_file(
    database: Database,
    path: Path,
    *,
    source: str = "boamp",
    clock: Clock,
    progress: Progress | None = None,
) -> Run:
    """Import a file of a source's notices; importing it again changes nothing.

    ``database`` must be open as the importer. Items that cannot be read are set aside. Raises
    SourceFailure (NotJson, UnknownDialect, BrokenFile), whose ``detail`` is one line for the
    operator; what came before a break is stored, and the run says why it failed.
    Raises UnknownSource.
    """
    origin = await _origin(database, source)
    with closing(read_file(path)) as records:
        items = await asyncio.to_thread(KINDS[origin.kind].recognise, records)
        return await _import(
            database, origin, items, label=path.name, clock=clock, progress=progress
        )


async def import_records(
    database: Database,
    records: Iterable[object],
    *,
    source: str = "boamp",
    label: str | None = None,
    clock: Clock,
    progress: Progress | None = None,
) -> Run:
    """Import records in hand, as ``import_file`` does those of a file."""
    origin = await _origin(database, source)
    return await _import(database, origin, records, label=label, clock=clock, progress=progress)


async def import_source(
    database: Database,
    source_id: str,
    *,
    contact: str,
    clock: Clock,
    sole: bool = False,
    sleep: Sleep = asyncio.sleep,
) -> Run | None:
    """Import what a source published lately; ``None``, and no request, when it is off.

    ``sole`` is the job's: the queue's lock lets one run at a time, so that a run found open was
    left by a dead worker and is taken over. Without it, ImportRunning is raised on a live one.

    A source that fails leaves what arrived and its reason on the run and on the source; nothing
    is raised, since its next hour comes anyway. Raises Superseded when another worker took over.
    Raises UnknownSource.
    """
    async with database.transaction() as session:
        source = await sources.locked(session, source_id)
        if not source.enabled:
            return None
        since = sources.window(source, clock())
        run = await runs.begin_or_take_over(session, source, since, clock(), sole=sole)
    try:
        await _fetch(database, source, run, contact=contact, clock=clock, sleep=sleep)
    except SourceFailure as failure:
        log.warning("import_failed", source=source_id, error=failure.detail)
        await _end(database, run, failure.detail or failure.title, clock(), failure.quiet_until)
    except Superseded:
        raise
    except Exception:
        await _end(database, run, OUR_FAULT, clock())
        raise
    else:
        await _end(database, run, None, clock())
    return run


async def _origin(database: Database, source_id: str) -> Source:
    async with database.transaction() as session:
        return await sources.found(session, source_id)


async def _fetch(
    database: Database, source: Source, run: Run, *, contact: str, clock: Clock, sleep: Sleep
) -> None:
    publisher = KINDS[source.kind]
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
        polite = PoliteClient(
            client, contact=contact, pace_ms=source.pace_ms, clock=clock, sleep=sleep
        )
        asked = Asked(
            polite,
            source.base_url,
            since=run.since or sources.window(source, clock()),
            until=None,
            now=clock(),
            settings=source.settings,
        )
        async for page in publisher.pages(asked):
            prepared = batches(publisher, page.items, start=run.counts.seen)
            while (batch := await asyncio.to_thread(next, prepared, None)) is not None:
                await runs.keep(database, run, batch, clock)


async def _end(
    database: Database,
    run: Run,
    error: str | None,
    now: datetime,
    quiet_until: datetime | None = None,
) -> None:
    async with database.transaction() as session:
        await runs.end(session, run, error, now)
        await _note(session, run.source, error, now, quiet_until)


async def _note(
    session: AsyncSession,
    source_id: str,
    error: str | None,
    now: datetime,
    quiet_until: datetime | None,
) -> None:
    source = await session.get_one(Source, source_id, with_for_update=True)
    source.last_error = error
    source.quiet_until = quiet_until
    if error is None:
        source.last_success_at, source.failing_since = now, None
    else:
        source.failing_since = source.failing_since or now


async def _import(
    database: Database,
    source: Source,
    records: Iterable[object],
    *,
    label: str | None,
    clock: Clock,
    progress: Progress | None,
) -> Run:
    async with database.transaction() as session:
        run = await runs.begin(session, source, label, clock())
    error = INTERRUPTED
    try:
        await _feed(database, run, batches(KINDS[source.kind], records), clock, progress)
    except SourceFailure as failure:
        error = failure.detail or failure.title
        raise
    except Exception:
        error = OUR_FAULT
        raise
    else:
        error = ""
    finally:
        async with database.transaction() as session:
            await runs.end(session, run, error or None, clock())
    return run


async def _feed(
    database: Database,
    run: Run,
    prepared: Iterator[Batch],
    clock: Clock,
    progress: Progress | None,
) -> None:
    """Store every batch; the next one is read while PostgreSQL works on the present one."""
    upcoming = asyncio.create_task(asyncio.to_thread(next, prepared, None))
    try:
        while (batch := await upcoming) is not None:
            upcoming = asyncio.create_task(asyncio.to_thread(next, prepared, None))
            await runs.keep(database, run, batch, clock)
            if progress is not None:
                progress(run.counts)
    finally:
        # A thread may still be reading: the file must not be closed under it.
        await asyncio.gather(upcoming, return_exceptions=True)
