"""`grappe serve` as a process: it starts all that it needs, and stops all that it started."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from app.settings import Settings

START_SECONDS = 60
STOP_SECONDS = 30
MAX_RSS = 250 * 1024 * 1024
# A shell's background job ignores SIGINT, and so would the service; Ctrl-C comes to a foreground.
SERVE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from app.cli import app
app(["serve"])
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


@contextmanager
def serving(port: int, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The service in a process group of its own, ready to answer."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env={**os.environ, "GRAPPE_PORT": str(port), **environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_ready(port, process)
        yield process
    finally:
        process.kill()
        process.wait()


def urls(settings: Settings) -> dict[str, str]:
    """The environment that names the test database."""
    return {
        "GRAPPE_DATABASE_URL": settings.login_url(),
        "GRAPPE_DATABASE_OWNER_URL": settings.owner_url(),
    }


def wait_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the service says that it is ready."""
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    pytest.fail("never ready")


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all have ended within the time that they have."""
    _, alive = psutil.wait_procs(processes, timeout=STOP_SECONDS)
    return not alive


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_api_worker_and_database(tmp_path: Path, number: signal.Signals) -> None:
    with serving(free_port(), GRAPPE_DATA_DIR=str(tmp_path)) as process:
        started = psutil.Process(process.pid).children(recursive=True)
        assert any("worker" in child.cmdline() for child in started)
        process.send_signal(number)
        assert process.wait(STOP_SECONDS) == 0
        assert gone(started)
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_a_killed_api_takes_its_worker_along(settings: Settings) -> None:
    with serving(free_port(), **urls(settings)) as process:
        started = psutil.Process(process.pid).children(recursive=True)
        assert psutil.Process(process.pid).memory_info().rss < MAX_RSS
        process.kill()
        assert gone(started)


def test_a_worker_that_dies_is_started_again(settings: Settings) -> None:
    with serving(free_port(), **urls(settings)) as process:
        first = workers(process)
        assert len(first) == 1
        first[0].kill()
        assert gone(first)
        deadline = time.monotonic() + START_SECONDS
        while not (again := workers(process)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert [worker.pid for worker in again] != [first[0].pid]
        assert len(again) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0
        assert gone(again)


def workers(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """The live workers of a service."""
    return [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and "worker" in child.cmdline()
    ]


def test_the_port_that_the_system_chose_is_told(settings: Settings) -> None:
    quiet = {"GRAPPE_WORKER": "false", "GRAPPE_HOST": "", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        env={**os.environ, "GRAPPE_PORT": "0", **quiet, **urls(settings)},
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        told = re.search(rb"http://127\.0\.0\.1:(\d+) ", process.stdout.readline())
        assert told is not None
        wait_ready(int(told[1]), process)
    finally:
        process.terminate()
        process.communicate(timeout=STOP_SECONDS)


def test_a_taken_port_is_said_in_one_line(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        answer = subprocess.run(
            [sys.executable, "-m", "app.cli", "serve"],
            env={
                **os.environ,
                "GRAPPE_PORT": str(opened.getsockname()[1]),
                **urls(settings),
            },
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
    assert answer.returncode == 1
    assert "Impossible d'écouter" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
