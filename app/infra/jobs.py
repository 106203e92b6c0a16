"""Background work: a PostgreSQL queue (Procrastinate).

A job is enqueued in the transaction that made it due, on that transaction's own connection.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.types import JSONValue
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db.connections import Database
from app.kernel.clock import Clock, system_clock
from app.settings import Settings

queue = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Names tasks and defers them; a worker runs inside ``worker_connector``."""

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
    session: AsyncSession, task: str, *, lock: str | None = None, **arguments: JSONValue
) -> None:
    """Enqueue ``task`` when this transaction commits, and only then.

    ``lock`` names what may be waiting once only: a second one is dropped silently. The cluster
    of the transaction is stamped on the job by the database.
    """
    await session.flush()
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    deferrer = queue.configure_task(task, connection=raw, queueing_lock=lock)
    try:
        async with session.begin_nested():
            await deferrer.defer_async(**arguments)
    except AlreadyEnqueued:
        return


@asynccontextmanager
async def worker_connector(url: str) -> AsyncIterator[procrastinate.App]:
    """The queue, connected as the role of jobs."""
    connector = procrastinate.PsycopgConnector(
        conninfo=url, kwargs={"options": "-c role=grappe_job -c timezone=UTC"}
    )
    # Replaced, not copied: periodic tasks stay bound to the queue that named them.
    with queue.replace_connector(connector):
        async with queue.open_async():
            yield queue
