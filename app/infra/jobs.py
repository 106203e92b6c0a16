"""Background work: a PostgreSQL queue (Procrastinate).

A job is enqueued in the transaction that made it due, on that transaction's own connection.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.types import JSONValue
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db.connections import Database
from app.kernel.clock import Clock, system_clock
from app.settings import Settings

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Names tasks and defers them; a worker runs inside ``worker_connector``."""

DEFAULT, IMPORTS = "default", "imports"
"""Where jobs wait: those that ask a source, which may take hours, hold up none of the others."""

RETRY = procrastinate.RetryStrategy(max_attempts=9, exponential_wait=3)
"""For tasks that an event asks for: again after 3, 9, 27 … seconds, for some three hours."""

databases: ContextVar["WorkerDatabases"] = ContextVar("databases")
"""The pools of the worker that runs the present job."""

settings: ContextVar[Settings] = ContextVar("settings")
"""The settings of the worker that runs the present job."""

clock: ContextVar[Clock] = ContextVar("clock", default=system_clock)
"""The clock of the worker that runs the present job."""


class WorkerDatabases:
    """A worker's pools: one wall per kind of work."""

    def __init__(self, job: Database, importer: Database) -> None:
        self.job = job
        self.importer = importer


async def defer(
    session: AsyncSession,
    task: str,
    *,
    lock: str | None = None,
    turn: str | None = None,
    **arguments: JSONValue,
) -> None:
    """Enqueue ``task`` when this transaction commits, and only then.

    ``lock`` names what may be waiting once only: a second one is dropped silently; ``turn`` what
    runs one at a time. The cluster of the transaction is stamped on the job by the database.
    """
    await session.flush()
    try:
        async with session.begin_nested():
            # Asked for inside: a session sets its savepoint when the connection is first used.
            # Without one, what is dropped would take all of the transaction with it, unsaid.
            deferrer = queue.configure_task(
                task, connection=await _raw(session), queueing_lock=lock, lock=turn
            )
            await deferrer.defer_async(**arguments)
    except AlreadyEnqueued:
        return


async def defer_all(
    session: AsyncSession, task: str, arguments: Sequence[dict[str, JSONValue]]
) -> None:
    """Enqueue ``task`` once with each of these arguments, as ``defer`` does, in one statement."""
    deferrer = queue.configure_task(task, connection=await _raw(session))
    await deferrer.batch_defer_async(*arguments)


async def _raw(session: AsyncSession) -> Any:
    """The connection of the session's transaction, below SQLAlchemy."""
    await session.flush()
    return (await (await session.connection()).get_raw_connection()).driver_connection


@asynccontextmanager
async def worker_connector(url: str) -> AsyncIterator[procrastinate.App]:
    """The queue, connected as the role of jobs."""
    connector = procrastinate.PsycopgConnector(
        conninfo=url, min_size=1, kwargs={"options": "-c role=grappe_job -c timezone=UTC"}
    )
    # Replaced, not copied: periodic tasks stay bound to the queue that named them.
    with queue.replace_connector(connector):
        async with queue.open_async():
            yield queue
