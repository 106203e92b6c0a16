"""Import runs: begun, fed, ended; never by two at once."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from app.kernel.clock import Clock
from app.kernel.errors import Conflict
from app.kernel.ids import new_id
from app.watch.domain import Counts
from app.watch.models import ImportRun, SetAside, Source
from app.watch.service.prepare import Batch
from app.watch.service.store import store

Progress = Callable[[Counts], None]

ABANDONED_AFTER = timedelta(minutes=10)
"""A file's run that gave no sign for so long was killed: a batch takes seconds."""

FENCED = text("""
    UPDATE import_run SET heartbeat_at = :at, seen = :seen, new = :new, changed = :changed,
      same = :same, set_aside = :set_aside, reasons = CAST(:reasons AS jsonb),
      checkpoint = greatest(checkpoint, :checkpoint)
    WHERE id = :id AND attempt = :attempt AND state = 'running'
""")


class ImportRunning(Conflict):
    """A run of this source gave a sign of life lately."""

    code = "import_running"
    title = "Un import de cette source est déjà en cours."


class Superseded(Conflict):
    """Another process has taken the run over: this one must write nothing more."""

    code = "import_superseded"
    title = "Cet import a été repris ailleurs."


@dataclass(slots=True)
class Run:
    """An import as its process sees it; ``error`` is one plain line, when it failed.

    ``catalogue`` is where its notices are told apart by their number.
    """

    id: UUID
    source: str
    catalogue: str
    attempt: int
    since: date | None = None
    state: str = "running"
    error: str | None = None
    counts: Counts = field(default_factory=Counts)


async def begin(session: AsyncSession, source: Source, label: str | None, now: datetime) -> Run:
    """Begin the import of a file; those that were killed are said to have failed."""
    await session.execute(
        update(ImportRun)
        .where(
            ImportRun.source == source.id,
            ImportRun.via == "file",
            ImportRun.state == "running",
            ImportRun.heartbeat_at < now - ABANDONED_AFTER,
        )
        .values(state="failed", error="Import interrompu.", finished_at=now)
    )
    return await _insert(session, source, now, via="file", label=label)


async def begin_or_take_over(
    session: AsyncSession, source: Source, since: date, now: datetime, *, sole: bool
) -> Run:
    """Begin a source's import, or go on with the one that a dead worker left.

    Taking over raises ``attempt``, which bars the former process, and resumes at the day of
    the last notice stored. ``sole`` says that the caller knows the former one to be dead; else
    a run that may be alive is left alone. Raises ImportRunning.
    """
    left = await session.scalar(
        select(ImportRun)
        .where(ImportRun.source == source.id, ImportRun.via == "http", ImportRun.state == "running")
        .with_for_update()
    )
    if left is None:
        return await _insert(session, source, now, via="http", window_from=since)
    if not sole and left.heartbeat_at > now - ABANDONED_AFTER:
        raise ImportRunning
    left.attempt += 1
    left.heartbeat_at = now
    counts = Counts(left.seen, left.new, left.changed, left.same, left.set_aside, left.reasons)
    return Run(
        left.id,
        source.id,
        source.catalogue,
        left.attempt,
        left.checkpoint or left.window_from,
        counts=counts,
    )


async def _insert(session: AsyncSession, source: Source, now: datetime, **values: Any) -> Run:
    run = Run(new_id(), source.id, source.catalogue, 1, values.get("window_from"))
    await session.execute(
        insert(ImportRun).values(
            id=run.id,
            source=source.id,
            state="running",
            attempt=run.attempt,
            started_at=now,
            heartbeat_at=now,
            **values,
        )
    )
    return run


async def keep(database: Database, run: Run, batch: Batch, clock: Clock) -> None:
    """Store a batch and the run's progress in one transaction. Raises Superseded."""
    counts = run.counts
    now = clock()
    async with database.transaction() as session:
        outcome = await store(session, run.catalogue, batch.items.values(), now)
        refused = batch.refused + outcome.refused
        after = Counts(
            counts.seen + len(batch.items) + len(batch.refused),
            counts.new + len(outcome.new),
            counts.changed + len(outcome.changed),
            counts.same + outcome.same,
            counts.set_aside + len(refused),
            dict(counts.reasons),
        )
        for one in refused:
            after.reasons[one.reason] = after.reasons.get(one.reason, 0) + 1
        if refused:
            await session.execute(
                insert(SetAside),
                [
                    {
                        "run_id": run.id,
                        "position": one.position,
                        "reason": one.reason,
                        "raw": one.raw,
                    }
                    for one in refused
                ],
            )
        days = [item.notice.published_on for item in batch.items.values()]
        await _advance(session, run, after, max(days, default=None), now)
    run.counts = after


async def _advance(
    session: AsyncSession, run: Run, counts: Counts, checkpoint: date | None, now: datetime
) -> None:
    values = {
        "id": run.id,
        "attempt": run.attempt,
        "at": now,
        "seen": counts.seen,
        "new": counts.new,
        "changed": counts.changed,
        "same": counts.same,
        "set_aside": counts.set_aside,
        "reasons": json.dumps(counts.reasons),
        "checkpoint": checkpoint,
    }
    done = await session.execute(FENCED, values)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Superseded


async def end(session: AsyncSession, run: Run, error: str | None, now: datetime) -> None:
    """Say that a run is done, or that it failed and why. Raises Superseded."""
    state = "failed" if error else "done"
    ended = await session.execute(
        update(ImportRun)
        .where(
            ImportRun.id == run.id,
            ImportRun.attempt == run.attempt,
            ImportRun.state == "running",
        )
        .values(state=state, error=error, finished_at=now, heartbeat_at=now)
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        raise Superseded
    run.state, run.error = state, error
