"""The `grappe` command as an operator types it: a real process, its two outputs, its exit code.

Reading every room takes seconds, so one clean process reads them all, and each command is a fork
of that one.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from app.cli import COMMANDS
from app.settings import Settings

PATIENCE_SECONDS = 120

forks = get_context("forkserver")
forks.set_forkserver_preload(["app.cli", *(place.split(":")[0] for place in COMMANDS.values())])


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Running:
    """A command that runs still."""

    process: BaseProcess
    folder: Path

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def said(self) -> str:
        """What it has written so far."""
        return (self.folder / "1").read_text() + (self.folder / "2").read_text()


class Grappe:
    """The command, on the test database."""

    def __init__(self, settings: Settings) -> None:
        self.environment = {
            **os.environ,
            "GRAPPE_DATABASE_URL": settings.login_url(),
            "GRAPPE_DATABASE_OWNER_URL": settings.owner_url(),
        }

    def __call__(self, *words: str, stdin: str = "", **extra: str) -> Ended:
        """Type the words, and wait until the command has ended."""
        with TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "0").write_text(stdin)
            process = forks.Process(target=_type, args=(words, {**self.environment, **extra}, name))
            process.start()
            process.join(PATIENCE_SECONDS)
            if process.exitcode is None:
                process.kill()
                raise TimeoutError(words)
            return Ended(process.exitcode, (folder / "1").read_text(), (folder / "2").read_text())

    @contextmanager
    def running(self, *words: str, **extra: str) -> Iterator[Running]:
        """Type the words and go on beside the command; it is killed in the end."""
        with TemporaryDirectory() as name:
            (Path(name) / "0").write_text("")
            process = forks.Process(target=_type, args=(words, {**self.environment, **extra}, name))
            process.start()
            try:
                yield Running(process, Path(name))
            finally:
                process.kill()
                process.join()


def _type(words: tuple[str, ...], environment: dict[str, str], folder: str) -> None:
    from app.cli import app  # noqa: PLC0415 - the fork's own

    for number, flags in enumerate((os.O_RDONLY, *(os.O_WRONLY | os.O_CREAT,) * 2)):
        os.dup2(os.open(f"{folder}/{number}", flags), number)
    sys.stdin = os.fdopen(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    app(list(words), prog_name="grappe")
