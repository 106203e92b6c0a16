"""The working process: jobs, until a signal or until the parent is gone."""

import asyncio
import signal
import sys
from contextlib import suppress

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import ConnectorException

from app.infra import jobs, logs
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER, JOB
from app.schedule import schedule
from app.settings import Settings

GRACE_SECONDS = 10
"""How long running jobs and requests may take to end."""

log = structlog.get_logger()


def work(settings: Settings, *, with_parent: bool) -> None:
    """Run jobs until a signal, or until the parent is gone."""
    logs.configure(settings)
    if settings.environment == "production" and settings.smtp_url is None:
        log.warning("no_mail_server", mails_go_to=str(settings.data_dir.resolve() / "mail"))
    asyncio.run(_work(settings, with_parent=with_parent))


async def _work(settings: Settings, *, with_parent: bool) -> None:
    login = settings.login_url()
    schedule(jobs.queue)
    size = settings.worker_concurrency
    async with (
        open_database(login, role=JOB, size=size) as job,
        open_database(login, role=IMPORTER, size=size) as importer,
        jobs.worker_connector(login) as queue,
    ):
        jobs.databases.set(jobs.WorkerDatabases(job, importer))
        jobs.settings.set(settings)
        running = asyncio.create_task(_run_all(queue, size))
        log.info("worker_started", concurrency=size)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, running.cancel)
        watcher = asyncio.create_task(_leave_with_parent(running)) if with_parent else None
        with suppress(asyncio.CancelledError):
            await running
        if watcher is not None:
            watcher.cancel()
        log.info("worker_stopped")


async def _run_all(queue: procrastinate.App, concurrency: int) -> None:
    """Run what waits for sources on places of its own: everything else passes it by."""
    async with asyncio.TaskGroup() as group:
        for names in ([jobs.DEFAULT], [jobs.IMPORTS]):
            group.create_task(_run(queue, names, concurrency))


async def _run(queue: procrastinate.App, names: list[str], concurrency: int) -> None:
    """Run jobs; anew, when this worker slept for so long that others struck it off the list."""
    while True:
        try:
            return await queue.run_worker_async(
                queues=names,
                concurrency=concurrency,
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE_SECONDS,
                update_heartbeat_interval=5,
                stalled_worker_timeout=30,
            )
        except ConnectorException as failure:
            if not isinstance(failure.__cause__, psycopg.errors.ForeignKeyViolation):
                raise
            log.warning("worker_struck_off")


async def _leave_with_parent(running: "asyncio.Task[None]") -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    running.cancel()
