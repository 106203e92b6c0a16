"""The serving process: the API, and the worker that it starts as its child.

An import would block the API's event loop, so jobs never run inside it.
"""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
import uvicorn
from rich.console import Console

from app import demo as demo_cluster
from app.infra.db import open_database
from app.infra.http.head import BoundedHead
from app.infra.secret import secret_key
from app.kernel.errors import Conflict
from app.main import create_app
from app.settings import Settings
from app.worker import GRACE_SECONDS

WORKER_FIRST_PAUSE_SECONDS, WORKER_LAST_PAUSE_SECONDS = 1.0, 60.0


class AddressTaken(Conflict):
    """Another program listens there, or the address is not this machine's."""

    code = "address_taken"
    title = "Impossible d'écouter à cette adresse (PORT= et HOST= la changent) :"


log = structlog.get_logger()


def serve(settings: Settings, *, demo: bool, out: Console) -> None:
    """Serve until a signal; what was started here is stopped here.

    Raises AddressTaken, DatabaseUnusable, DataFolderUnusable, UnsafeLogin.
    """
    listening = _listen(settings)
    # GRAPPE_PORT=0 lets the system choose.
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    secret_key(settings)
    asyncio.run(_probe(settings))
    if demo:
        demo_cluster.load_if_empty(settings, out)
    config = uvicorn.Config(
        create_app(settings),
        http=BoundedHead,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Left alone, uvicorn believes X-Forwarded-For of whoever shares the machine.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with child_worker(settings):
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{settings.port}"
        out.print(
            f"Grappe écoute sur {address} ; documentation de l'API : {address}/docs", soft_wrap=True
        )
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
    environment = {
        **os.environ,
        "GRAPPE_DATABASE_URL": settings.login_url(),
        "GRAPPE_PORT": str(settings.port),  # for the links that it writes
    }
    environment.pop("GRAPPE_DATABASE_OWNER_URL", None)
    command = [sys.executable, "-m", "app.cli", "worker", "--with-parent"]
    worker = _Kept(command, environment)
    try:
        yield
    finally:
        worker.stop()


class _Kept:
    """A child process that is started again when it dies, later each time that it dies young."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment
        self._leaving = threading.Event()
        self._turn = threading.Lock()  # nothing is started once we are leaving
        self._process = self._spawn()
        self._watcher = threading.Thread(target=self._watch, name="worker watcher", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """End the process, and the watch over it."""
        with self._turn:
            self._leaving.set()
        self._process.terminate()
        self._watcher.join(GRACE_SECONDS)
        self._process.kill()
        self._watcher.join()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own module
            self._command, stdin=subprocess.PIPE, env=self._environment, start_new_session=True
        )

    def _watch(self) -> None:
        pause = WORKER_FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            status = self._process.wait()
            if self._leaving.is_set():
                return
            if time.monotonic() - started > WORKER_LAST_PAUSE_SECONDS:
                pause = WORKER_FIRST_PAUSE_SECONDS
            log.error("worker_died", status=status, again_in_seconds=pause)
            if self._leaving.wait(pause):
                return
            pause = min(2 * pause, WORKER_LAST_PAUSE_SECONDS)
            with self._turn:
                if self._leaving.is_set():
                    return
                if self._process.stdin is not None:
                    self._process.stdin.close()
                self._process = self._spawn()
