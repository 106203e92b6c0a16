"""Imports of files, and of records in hand. Run as the importer role."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from app.infra.db import Database
from app.kernel.clock import Clock
from app.watch.models import Source
from app.watch.service import runs, sources
from app.watch.service.prepare import Batch, batches
from app.watch.service.runs import Progress, Run
from app.watch.sources import SourceFailure
from app.watch.sources.files import read_file
from app.watch.sources.kinds import publisher_of

OUR_FAULT = "Erreur interne : elle est consignée."


async def import_file(
    database: Database,
    path: Path,
    *,
    source: str = "boamp",
    clock: Clock,
    label: str | None = None,
    fingerprint: str | None = None,
    progress: Progress | None = None,
) -> Run:
    """Import a file of a source's notices; importing it again changes nothing.

    ``database`` must be open as the importer. Items that cannot be read are set aside. Raises
    SourceFailure (NotJson, UnknownDialect, BrokenFile), whose ``detail`` is one line for the
    operator; what came before a break is stored, and the run says why it failed.
    Raises UnknownSource. The run bears ``label`` (the file's name without it), and
    ``fingerprint``, by which a folder knows what it has imported.
    """
    origin = await _origin(database, source)
    publisher = publisher_of(origin.kind, origin.settings)
    with closing(read_file(path)) as records:
        return await _import(
            database,
            origin,
            lambda: publisher.recognise(records),
            label=label or path.name,
            fingerprint=fingerprint,
            clock=clock,
            progress=progress,
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
    return await _import(
        database, origin, lambda: records, label=label, clock=clock, progress=progress
    )


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
                progress(run)
    finally:
        # A thread may still be reading: the file must not be closed under it.
        await asyncio.gather(upcoming, return_exceptions=True)


async def _origin(database: Database, source_id: str) -> Source:
    async with database.transaction() as session:
        return await sources.found(session, source_id)


async def _import(
    database: Database,
    source: Source,
    opened: Callable[[], Iterable[object]],
    *,
    label: str | None,
    clock: Clock,
    progress: Progress | None,
    fingerprint: str | None = None,
) -> Run:
    async with database.transaction() as session:
        run = await runs.begin(
            session, source, clock(), via="file", label=label, fingerprint=fingerprint
        )
    error = runs.INTERRUPTED
    try:
        records = await asyncio.to_thread(opened)
        prepared = batches(publisher_of(source.kind, source.settings), records)
        await _feed(database, run, prepared, clock, progress)
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
            await runs.end(session, run, "failed" if error else "done", error or None, clock())
    return run
