"""The processes of a run: servers on one core, load on another, PostgreSQL where it likes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from bench.load import Job, Result

START_SECONDS = 30
GRACE_SECONDS = 20


class Server:
    """A running server."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process = process
        self.port = port

    def get(self, path: str, headers: Mapping[str, str]) -> bytes:
        """The body of an answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers=dict(headers)
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            body: bytes = answer.read()
        return body

    def resident_mb(self) -> float | None:
        """Its memory now, in MB; None where there is no /proc."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return None
        line = next(row for row in status.read_text().splitlines() if row.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


@contextmanager
def server(
    command: list[str],
    environment: Mapping[str, str],
    port: int,
    *,
    python: str = sys.executable,
) -> Iterator[Server]:
    """Run a server until the end of the context; ready once it accepts connections."""
    process = subprocess.Popen(  # noqa: S603 - our own modules
        [python, *command],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    pin(process.pid, 0)
    try:
        _wait_for(process, port)
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def put_load(job: Job) -> Result:
    """Run the load in a process and on a core of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    pin(process.pid, 1)
    try:
        answer, _ = process.communicate(json.dumps(asdict(job)).encode(), timeout=job.seconds + 10)
    finally:
        process.kill()
    if process.returncode != 0:
        raise RuntimeError("the load generator failed")
    return Result(**json.loads(answer))


def pin(pid: int, place: int) -> None:
    """Keep a process on one core, where the system and the number of cores allow it."""
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            os.sched_setaffinity(pid, {cores[place]})


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"a server left with {process.returncode} before it was ready")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
