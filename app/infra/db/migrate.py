"""Bring a database to the newest schema: roles, tables, queue. Safe to call from many machines."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy.engine import make_url

from app.infra.db.walls import HELPER, IMPORTER, JOB, SERVING
from app.infra.queue_schema import ensure_queue

PROJECT = Path(__file__).resolve().parents[3]
LOCK = 0x67726170
"""Advisory lock ("grap") that lets one migration run at a time."""


def alembic_config(owner_url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config(toml_file=PROJECT / "pyproject.toml")
    config.attributes["url"] = owner_url
    return config


def migrate(owner_url: str, login_url: str, revision: str = "head") -> None:
    """Create roles, migrate tables to ``revision``, install the queue: idempotent.

    Raises ``psycopg.Error`` when the owner lacks CREATEROLE on the first run.
    """
    login = make_url(login_url).username or ""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        ensure_roles(connection, login)
        command.upgrade(alembic_config(owner_url), revision)
        ensure_queue(connection)


def ensure_roles(connection: psycopg.Connection[tuple[object, ...]], login: str) -> None:
    """Create the group roles and let the login take three of them, without inheriting any."""
    for role in (SERVING, JOB, IMPORTER, HELPER):
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    inherit = "" if connection.info.server_version < 160000 else " WITH INHERIT FALSE"
    for role in (SERVING, JOB, IMPORTER):
        member = connection.execute(
            "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole",
            (role, f'"{login}"'),
        ).fetchone()
        if member is None:
            connection.execute(
                sql.SQL("GRANT {} TO {}" + inherit).format(
                    sql.Identifier(role), sql.Identifier(login)
                )
            )
