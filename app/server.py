"""Long-running processes: the API, and the worker that it starts as its child.

An import would block the API's event loop, so jobs never run inside it.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn
from rich.console import Console

from app import demo as demo_cluster
from app.infra import jobs, logs
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER, JOB
from app.kernel.errors import Conflict
from app.main import create_app
from app.schedule import schedule
from app.settings import Settings

WORKER_GRACE_SECONDS = 10


class AddressTaken(Conflict):
    """Another program listens there, or the address is not this machine's."""

    code = "address_taken"
    title = "Impossible d'écouter à cette adresse (PORT= et HOST= la changent) :"


log = structlog.get_logger()


def serve(settings: Settings, *, demo: bool, out: Console) -> None:
    """Serve until a signal; what was started here is stopped here.

    Raises AddressTaken, DatabaseUnusable, UnsafeLogin.
    """
    listening = _listen(settings)
    asyncio.run(_probe(settings))
    if demo:
        demo_cluster.load_if_empty(settings, out)
    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=WORKER_GRACE_SECONDS,
    )
    with child_worker(settings):
        address = f"http://{settings.host}:{settings.port}"
        out.print(f"Grappe écoute sur {address} ; documentation de l'API : {address}/docs")
        if demo:
            demo_cluster.explain(settings, out)
        out.print("Ctrl-C arrête tout.")
        # uvicorn raises the signal that stopped it once more, when it has closed everything.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


async def _probe(settings: Settings) -> None:
    async with open_database(settings.login_url(), size=1):
        pass


def _listen(settings: Settings) -> socket.socket:
    """The socket, before anything else is started: connections wait until the API is up."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise AddressTaken(f"{settings.host}:{settings.port} ({error.strerror})") from None


@contextmanager
def child_worker(settings: Settings) -> Iterator[None]:
    """A job worker as a child process, if the settings want one.

    It holds the reading end of a pipe: when this process dies, even by ``kill -9``, the pipe
    closes and the worker leaves.
    """
    if not settings.worker:
        yield
        return
    environment = {**os.environ, "GRAPPE_DATABASE_URL": settings.login_url()}
    environment.pop("GRAPPE_DATABASE_OWNER_URL", None)
    command = [sys.executable, "-m", "app.cli", "worker", "--with-parent"]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, env=environment, start_new_session=True
    )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(WORKER_GRACE_SECONDS)
        process.kill()
        process.wait()


def work(settings: Settings, *, with_parent: bool) -> None:
    """Run jobs until a signal, or until the parent is gone."""
    logs.configure(settings)
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
        running = asyncio.create_task(
            queue.run_worker_async(
                concurrency=size,
                install_signal_handlers=False,
                shutdown_graceful_timeout=WORKER_GRACE_SECONDS,
                update_heartbeat_interval=5,
                stalled_worker_timeout=30,
            )
        )
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


async def _leave_with_parent(running: "asyncio.Task[None]") -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    running.cancel()
