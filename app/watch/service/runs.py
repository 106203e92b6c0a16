"""Import runs: begun, fed, taken over, ended; never by two at once."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
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
from app.watch.service.store import Outcome, store

Progress = Callable[["Run"], None]

ABANDONED_AFTER = timedelta(minutes=10)
"""A run that gave no sign for so long was killed: a batch takes seconds, a polite wait minutes."""

INTERRUPTED = "Import interrompu."

FENCED = text("""
    UPDATE import_run SET heartbeat_at = :at, seen = :seen, new = :new, changed = :changed,
      same = :same, set_aside = :set_aside, reasons = CAST(:reasons AS jsonb), cursor = :cursor,
      passed = :passed
    WHERE id = :id AND attempt = :attempt AND state = 'running'
""")

# What an earlier run missed has come with a later one, while its day was asked for again.
ARRIVED = text("""
    UPDATE set_aside SET retried_at = :at WHERE address = ANY(:addresses) AND retried_at IS NULL
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

    ``catalogue`` is where its notices are told apart by their number; ``reached`` the day of the
    newest notice of the last batch.
    """

    id: UUID
    source: str
    catalogue: str
    attempt: int
    since: date | None = None
    until: date | None = None
    cursor: str | None = None
    passed: int = 0
    reached: date | None = None
    state: str = "running"
    error: str | None = None
    counts: Counts = field(default_factory=Counts)


async def end_killed(session: AsyncSession, source_id: str, now: datetime) -> None:
    """Say of the runs of files that were killed that they have failed."""
    await session.execute(
        update(ImportRun)
        .where(
            ImportRun.source == source_id,
            ImportRun.via == "file",
            ImportRun.state == "running",
            ImportRun.heartbeat_at < now - ABANDONED_AFTER,
        )
        .values(state="failed", error=INTERRUPTED, finished_at=now)
    )


async def begin(
    session: AsyncSession,
    source: Source,
    now: datetime,
    *,
    via: str,
    label: str | None = None,
    since: date | None = None,
    until: date | None = None,
    fingerprint: str | None = None,
) -> Run:
    """Begin a run; those of files that were killed are said to have failed."""
    if via == "file":
        await end_killed(session, source.id, now)
    run = Run(new_id(), source.id, source.catalogue, 1, since, until)
    await session.execute(
        insert(ImportRun).values(
            id=run.id,
            source=source.id,
            via=via,
            label=label,
            fingerprint=fingerprint,
            window_from=since,
            window_to=until,
            state="running",
            attempt=run.attempt,
            started_at=now,
            heartbeat_at=now,
        )
    )
    return run


async def running(session: AsyncSession, source_id: str) -> ImportRun | None:
    """The run that asks this source over HTTP, locked; of each source there is one at most."""
    found: ImportRun | None = await session.scalar(
        select(ImportRun)
        .where(
            ImportRun.source == source_id,
            ImportRun.via.in_(("http", "backfill")),
            ImportRun.state == "running",
        )
        .with_for_update()
    )
    return found


async def last_cursor(session: AsyncSession, source_id: str) -> str | None:
    """Where the last scheduled run that brought all of it ended, if a run has."""
    found: str | None = await session.scalar(
        select(ImportRun.cursor)
        .where(ImportRun.source == source_id, ImportRun.via == "http", ImportRun.state == "done")
        .order_by(ImportRun.id.desc())
        .limit(1)
    )
    return found


def take_over(left: ImportRun, source: Source, now: datetime) -> Run:
    """Go on with a run where it stopped; raising ``attempt`` bars the former process."""
    left.attempt += 1
    left.heartbeat_at = now
    left.state, left.error = "running", None
    return Run(
        left.id,
        source.id,
        source.catalogue,
        left.attempt,
        left.window_from,
        left.window_to,
        left.cursor,
        left.passed,
        counts=Counts(
            left.seen, left.new, left.changed, left.same, left.set_aside, dict(left.reasons)
        ),
    )


def is_alive(run: ImportRun, now: datetime) -> bool:
    """Whether its process may be at work; a sign from far ahead was given by a wrong clock."""
    return abs(now - run.heartbeat_at) < ABANDONED_AFTER


async def keep(database: Database, run: Run, batch: Batch, clock: Clock) -> None:
    """Store a batch and the run's progress in one transaction. Raises Superseded.

    A page is behind us once the last of its items is stored.
    """
    counts, now = run.counts, clock()
    cursor, passed = batch.cursor, batch.count - batch.whole
    if cursor is None:
        cursor, passed = run.cursor, run.passed + batch.count
    async with database.transaction() as session:
        outcome = await store(session, run.catalogue, batch.items.values(), now)
        refused = outcome.refused = batch.refused + outcome.refused
        after = counted(counts, batch.count, outcome)
        if refused:
            await session.execute(
                insert(SetAside),
                [
                    {
                        "run_id": run.id,
                        "position": one.position,
                        "reason": one.reason,
                        "raw": one.raw,
                        "whole": one.whole,
                        "address": one.address,
                    }
                    for one in refused
                ],
            )
        gone = {one.position for one in refused}
        came = [one.address for one in batch.items.values() if one.position not in gone]
        if arrived := [address for address in came if address is not None]:
            await session.execute(ARRIVED, {"addresses": arrived, "at": now})
        await advance(session, run, after, cursor=cursor, passed=passed, now=now)
    run.counts, run.cursor, run.passed = after, cursor, passed
    days = [item.notice.published_on for item in batch.items.values()]
    run.reached = max(days, default=run.reached)


def counted(counts: Counts, items: int, outcome: Outcome) -> Counts:
    """The counts once so many more items were seen, with what became of them."""
    after = Counts(
        counts.seen + items,
        counts.new + len(outcome.new),
        counts.changed + len(outcome.changed),
        counts.same + outcome.same,
        counts.set_aside + len(outcome.refused),
        dict(counts.reasons),
    )
    for one in outcome.refused:
        after.reasons[one.reason] = after.reasons.get(one.reason, 0) + 1
    return after


async def advance(
    session: AsyncSession,
    run: Run,
    counts: Counts,
    *,
    now: datetime,
    cursor: str | None = None,
    passed: int = 0,
) -> None:
    """Write how far a run is, if it is still ours. Raises Superseded."""
    values = {"id": run.id, "attempt": run.attempt, "at": now, "cursor": cursor, "passed": passed}
    values |= asdict(counts) | {"reasons": json.dumps(counts.reasons)}
    done = await session.execute(FENCED, values)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Superseded


async def end(
    session: AsyncSession, run: Run, state: str, error: str | None, now: datetime
) -> None:
    """Say that a run is done, that it failed and why, or that it pauses. Raises Superseded."""
    ended = await session.execute(
        update(ImportRun)
        .where(
            ImportRun.id == run.id,
            ImportRun.attempt == run.attempt,
            ImportRun.state == "running",
        )
        .values(
            state=state,
            error=error,
            finished_at=None if state == "paused" else now,
            heartbeat_at=now,
        )
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        raise Superseded
    run.state, run.error = state, error
