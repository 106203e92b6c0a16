"""Imports over HTTP: what a source published lately, or over a range of days. As the importer."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from app.kernel.errors import Invalid
from app.watch.models import ImportRun, Source
from app.watch.service import folders, runs, sources
from app.watch.service.fetching import Asking, fetch
from app.watch.service.imports import OUR_FAULT
from app.watch.service.runs import ImportRunning, Run, Superseded
from app.watch.sources import SourceFailure
from app.watch.sources.kinds import FOLDER

log = structlog.get_logger()

TURN_SECONDS = 5.0
"""How often a back-fill looks whether the scheduled import has ended."""

MAX_DAYS = 366 * 30
"""Days of one back-fill: the bulletin itself is younger."""


class BadRange(Invalid):
    """Not a range of days that have been."""

    code = "bad_range"
    title = "La période va d'un jour passé à un autre, le premier d'abord."


async def import_source(asking: Asking, source_id: str, *, sole: bool = False) -> Run | None:
    """Import what a source published lately; ``None``, and no request, when it is off.

    A back-fill that is at work stands aside, and goes on from its last stored page afterwards.
    ``sole`` says that a run found open is dead: the queue's lock lets one at a time, or the
    operator knows. Without it, ImportRunning is raised on one that may be alive.

    A source that fails leaves what arrived and its reason on the run and on the source; nothing
    is raised, since its next hour comes anyway. Raises Superseded when another worker took over.
    Raises UnknownSource.
    """
    async with asking.database.transaction() as session:
        source = await sources.locked(session, source_id)
        if not source.enabled:
            return None
        if source.kind == FOLDER.kind:
            run = None
        else:
            run = await _begin_or_take_over(session, source, asking.clock(), sole=sole)
    if run is None:
        return await _import_folder(asking, source)
    await _carry_out(asking, source, run, _ended)
    return run


async def backfill_source(
    asking: Asking, source_id: str, since: date, until: date, *, sole: bool = False
) -> Run | None:
    """Import what a source published on these days, both included; ``None`` when it is off.

    The same range asked for again goes on where it was left: killed, failed, or interrupted.
    Whenever the scheduled import comes, it waits for its end. Raises BadRange, ImportRunning
    when another back-fill of the source is at work, Superseded when this one was taken over,
    UnknownSource.
    """
    if not since <= until <= asking.clock().date() or (until - since).days >= MAX_DAYS:
        raise BadRange
    while True:
        async with asking.database.transaction() as session:
            source = await sources.locked(session, source_id)
            if not source.enabled:
                return None
            run = await _begin_or_resume(session, source, since, until, asking.clock(), sole=sole)
        if run is not None:
            try:
                await _carry_out(asking, source, run, _backfill_ended)
            except Superseded:
                if not await _stands_aside(asking.database, run):
                    raise
            else:
                return run
        # From here on the run is ours: whoever takes it meanwhile is alive.
        sole = False
        await asking.sleep(TURN_SECONDS)


async def _begin_or_take_over(
    session: AsyncSession, source: Source, now: datetime, *, sole: bool
) -> Run:
    left = await runs.running(session, source.id)
    if left is not None and left.via == "http":
        if not sole and runs.is_alive(left, now):
            raise ImportRunning
        return runs.take_over(left, source, now)
    if left is not None:
        # Raising the fence stops it: the page that it holds in hand is not stored.
        left.state, left.attempt = "paused", left.attempt + 1
        await session.flush()
    return await runs.begin(session, source, now, via="http", since=sources.window(source, now))


async def _begin_or_resume(
    session: AsyncSession, source: Source, since: date, until: date, now: datetime, *, sole: bool
) -> Run | None:
    """The back-fill's run; None while the scheduled import has its turn."""
    left = await runs.running(session, source.id)
    if left is not None and runs.is_alive(left, now):
        if left.via == "http":
            return None
        if not sole:
            raise ImportRunning
    if left is not None and left.via == "http":
        left.state, left.error, left.finished_at = "failed", runs.INTERRUPTED, now
    elif left is not None:
        left.state = "paused"
    await session.flush()
    paused = await session.scalar(
        select(ImportRun)
        .where(
            ImportRun.source == source.id,
            ImportRun.via == "backfill",
            ImportRun.state == "paused",
            ImportRun.window_from == since,
            ImportRun.window_to == until,
        )
        .with_for_update()
    )
    if paused is not None:
        return runs.take_over(paused, source, now)
    return await runs.begin(session, source, now, via="backfill", since=since, until=until)


async def _stands_aside(database: Database, run: Run) -> bool:
    """Whether the run lost its turn to the scheduled import, and to nobody else."""
    async with database.transaction() as session:
        row = await session.get_one(ImportRun, run.id)
        return row.state == "paused" and row.attempt == run.attempt + 1


async def _carry_out(
    asking: Asking,
    source: Source,
    run: Run,
    ended: Callable[[AsyncSession, Run, Source, SourceFailure | None, datetime], Awaitable[None]],
) -> None:
    """Fetch all of a run, and say how it ended."""
    failure: SourceFailure | None = None
    try:
        await fetch(asking, source, run)
    except SourceFailure as failed:
        log.warning("import_failed", source=source.id, error=failed.detail)
        failure = failed
    except Superseded:
        raise
    except Exception:
        async with asking.database.transaction() as session:
            await ended(session, run, source, SourceFailure(OUR_FAULT), asking.clock())
        raise
    async with asking.database.transaction() as session:
        await ended(session, run, source, failure, asking.clock())


async def _import_folder(asking: Asking, source: Source) -> Run:
    """Import a folder, and say how it ended; no run of its own, each file has one."""
    failure: SourceFailure | None = None
    run = folders.whole(source)
    try:
        await folders.import_folder(
            asking.database, source, run, clock=asking.clock, progress=asking.progress
        )
    except SourceFailure as failed:
        log.warning("import_failed", source=source.id, error=failed.detail)
        failure = failed
    run.state, run.error = "failed" if failure else "done", _line(failure)
    async with asking.database.transaction() as session:
        await _note(session, source, failure, asking.clock())
    return run


async def _ended(
    session: AsyncSession, run: Run, source: Source, failure: SourceFailure | None, now: datetime
) -> None:
    await runs.end(session, run, "failed" if failure else "done", _line(failure), now)
    await _note(session, source, failure, now)


async def _note(
    session: AsyncSession, source: Source, failure: SourceFailure | None, now: datetime
) -> None:
    row = await session.get_one(Source, source.id, with_for_update=True)
    row.last_error = _line(failure)
    row.quiet_until = failure.quiet_until if failure else None
    if failure is None:
        row.last_success_at, row.failing_since = now, None
    else:
        row.failing_since = row.failing_since or now


async def _backfill_ended(
    session: AsyncSession, run: Run, source: Source, failure: SourceFailure | None, now: datetime
) -> None:
    """A range is no sign of freshness; one that failed can be gone on with."""
    await runs.end(session, run, "paused" if failure else "done", _line(failure), now)
    if failure is not None and failure.quiet_until is not None:
        row = await session.get_one(Source, source.id, with_for_update=True)
        row.quiet_until = failure.quiet_until


def _line(failure: SourceFailure | None) -> str | None:
    return (failure.detail or failure.title) if failure else None
