"""The embedded PostgreSQL: joined by many, stopped by the last, closed to strangers."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from app.infra import embedded
from app.settings import Settings

# Another user may be barred from this interpreter's folder: all of it is loaded before.
AS_NOBODY = """
import os, pwd
import fasteners, platformdirs.unix, psutil, psycopg
import app.infra.embedded
os.setgroups([])
os.setgid(pwd.getpwnam("nobody").pw_gid)
os.setuid(pwd.getpwnam("nobody").pw_uid)
"""
NOBODY = pwd.getpwnam("nobody")
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
        psycopg.connect(settings.owner_url()) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not running(home)


def test_who_we_are_is_asked_of_the_system_at_every_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER"):
        monkeypatch.setenv(name, "somebody-else")
    for _ in range(2):
        with (
            embedded.database(Settings(data_dir=home)) as settings,
            psycopg.connect(settings.owner_url()) as connection,
        ):
            assert connection.execute("SELECT 1").fetchone() == (1,)
        (home / "postgres" / "pg_ident.conf").write_text("grappe nobody-any-more postgres\n")


def test_a_path_too_long_for_a_socket_serves_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TemporaryDirectory() as short:
        monkeypatch.setattr("tempfile.tempdir", short)
        with (
            embedded.database(Settings(data_dir=tmp_path / ("x" * 120))) as settings,
            psycopg.connect(settings.owner_url()) as connection,
        ):
            folder = Path(connection.info.host)
            assert folder.is_relative_to(short)
            assert folder.stat().st_mode & stat.S_IWOTH == 0
        assert list(Path(short).iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
@pytest.mark.parametrize("runtime", [None, "closed"])
def test_what_other_users_left_on_the_machine_is_in_nobodys_way(runtime: str | None) -> None:
    """The wheel's lock is one file for the whole machine: the first user's, who owns it."""
    with TemporaryDirectory() as folder:
        top = Path(folder)
        top.chmod(0o1777)
        (top / ".lockfile").touch(mode=0o644)
        (top / "closed").mkdir(mode=0o700)
        home = top / "home"
        home.mkdir()
        os.chown(home, NOBODY.pw_uid, NOBODY.pw_gid)
        environment = {"PATH": os.environ["PATH"], "TMPDIR": folder, "HOME": str(home)}
        if runtime:
            environment["XDG_RUNTIME_DIR"] = str(top / runtime)
        answer = subprocess.run(
            [sys.executable, "-c", AS_NOBODY + PROGRAM, str(home / "data")],
            env=environment,
            cwd=Path(__file__).parents[2],
            input=b"\n",
            capture_output=True,
            check=False,
        )
        assert answer.stdout == b"up\n", answer.stderr.decode()


def test_only_invited_roles_may_enter_a_database(settings: Settings) -> None:
    with psycopg.connect(settings.owner_url()) as connection:
        connection.execute("CREATE ROLE stranger NOLOGIN")
        rows = connection.execute(
            "SELECT role, has_database_privilege(role, current_database(), 'CONNECT'),"
            " has_database_privilege(role, current_database(), 'TEMPORARY')"
            " FROM unnest(ARRAY['stranger', %s, %s]) AS role",
            (embedded.LOGIN, embedded.OWNER),
        ).fetchall()
        connection.rollback()
    assert rows == [
        ("stranger", False, False),
        (embedded.LOGIN, True, False),
        (embedded.OWNER, True, True),
    ]


def test_the_login_of_requests_needs_its_password(home: Path) -> None:
    with embedded.database(Settings(data_dir=home)) as settings:
        url = settings.login_url()
        password = (home / "postgres.password").read_text()
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url.replace(password, "wrong"))


def test_the_server_has_room_for_a_test_process_on_each_core(settings: Settings) -> None:
    with psycopg.connect(settings.owner_url()) as connection:
        row = connection.execute("SHOW max_connections").fetchone()
    assert row is not None
    assert int(row[0]) >= 500
