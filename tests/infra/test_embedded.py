"""The embedded PostgreSQL: joined by many, stopped by the last, closed to strangers."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from app.infra import embedded
from app.settings import Settings
from tests.conftest import login_of, owner_of

PROGRAM = """
import sys
from pathlib import Path
from app.infra import embedded
from app.settings import Settings
with embedded.database(Settings(data_dir=Path(sys.argv[1]))):
    print("up", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder; its path is as long as pytest makes it, past what a socket allows."""
    return tmp_path


def running(home: Path) -> bool:
    return (home / "postgres" / "postmaster.pid").exists()


def test_the_last_one_to_leave_stops_the_server(home: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"up\n"
    with embedded.database(Settings(data_dir=home)):
        other.communicate(b"\n")
        assert running(home)
    assert not running(home)


def test_a_killed_user_does_not_keep_the_server_up(home: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    assert other.stdout.readline() == b"up\n"
    other.kill()
    other.communicate()
    assert running(home)
    with (
        embedded.database(Settings(data_dir=home)) as settings,
        psycopg.connect(owner_of(settings)) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not running(home)


def test_the_login_of_requests_needs_its_password(home: Path) -> None:
    with embedded.database(Settings(data_dir=home)) as settings:
        url = login_of(settings)
        password = (home / "postgres.password").read_text()
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url.replace(password, "wrong"))
