"""Connections: a session for what changes something, a read-only pool for hot reads.

A hot read is one round trip: ``app.enter`` and the prepared query travel in one message, which
PostgreSQL runs as one transaction; the scope ends with it. JSON is made by PostgreSQL.
"""

import json
import select
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, generators, sql
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.infra.db.scope import ENTER, Anyone, Found
from app.kernel.actor import Actor
from app.kernel.errors import AppError, Unauthenticated

SERVING, JOB, IMPORTER = "grappe_serving", "grappe_job", "grappe_importer"
MAX_PREPARED = 100
"""Queries that a connection keeps planned: each combination of filters is a query."""


class DatabaseUnusable(AppError):
    """Nothing answers there, or it was never migrated."""

    status, code = 503, "database_unusable"
    title = "La base de données n'est pas utilisable."


class UnsafeLogin(AppError):
    """Row security would not hold."""

    status, code = 503, "unsafe_login"
    title = (
        "GRAPPE_DATABASE_URL doit nommer un rôle sans SUPERUSER ni BYPASSRLS : "
        "les murs entre regroupements ne tiendraient pas."
    )


@dataclass(frozen=True, slots=True)
class Query:
    """A read that PostgreSQL plans once per connection; ``sql`` uses ``$1`` … ``$n``.

    It yields one row of two columns: the items as JSON text, and the sort keys at which the next
    page begins as a JSON array of text, or null.
    """

    sql: str

    @property
    def name(self) -> str:
        """A name that changes with the text: two texts never share a plan."""
        return _name(self.sql)


@lru_cache(maxsize=1024)
def _name(sql: str) -> str:
    return "q" + sha256(sql.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Page:
    """What a hot read gave: who asked, the items as JSON, and where the next page begins."""

    actor: Actor
    items: bytes
    following: list[str] | None


_GONE = ("08", "57P")
"""SQLSTATE classes of a lost connection and of a server that leaves or arrives."""


class _Dropped(psycopg.OperationalError):
    """The database dropped the connection; what was read can be read again."""


class _ReadConnection(AsyncConnection[tuple[Any, ...]]):
    """A connection that remembers which queries it has prepared, the last used one last."""

    prepared: OrderedDict[str, None]


class Database:
    """The pools of one process, as one database role."""

    def __init__(self, engine: AsyncEngine, pool: AsyncConnectionPool[_ReadConnection]) -> None:
        self.engine = engine
        self._pool = pool
        self.sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One session, one transaction: commits at the end, rolls back on any error."""
        async with self.sessions() as session, session.begin():
            yield session

    async def read(self, caller: Anyone, query: Query, values: Sequence[object]) -> Page:
        """Run a query as the caller, in one round trip; raises Unauthenticated."""
        hashed = caller.token_hash().hex()
        scope = ENTER.format(f"'\\x{hashed}'", f"'{caller.now.isoformat()}'").encode()
        try:
            who, found = await self._read_once(scope, query, values)
        except _Dropped:
            # A restart of the database drops every connection: look at all before the next try.
            await self._pool.check()
            who, found = await self._read_once(scope, query, values)
        items, following = (found.get_value(0, column) for column in range(2))
        if items is None:
            raise RuntimeError("a hot read yields one row of result")
        actor = caller.as_actor(_found(who))
        return Page(actor, items, json.loads(following) if following else None)

    async def _read_once(
        self, scope: bytes, query: Query, values: Sequence[object]
    ) -> list[PGresult]:
        async with self._pool.connection() as connection:
            try:
                name = await _prepared(connection, query)
                given = b", ".join(sql.Literal(value).as_bytes(connection) for value in values)
                execute = b"EXECUTE " + name + (b"(" + given + b")" if given else b"")
                return await _run(connection, scope + b"; " + execute)
            except psycopg.errors.InvalidAuthorizationSpecification:
                raise Unauthenticated from None
            except psycopg.OperationalError as error:
                if connection.closed or (error.sqlstate or "").startswith(_GONE):
                    await connection.close()
                    raise _Dropped(str(error)) from error
                raise

    async def ping(self) -> None:
        """Raise ``psycopg.Error`` or ``PoolTimeout`` when the database does not answer."""
        async with self._pool.connection(timeout=2) as connection:
            await connection.execute(b"SELECT 1")


@asynccontextmanager
async def open_database(
    url: str, *, role: str | None = SERVING, size: int = 4, statement_timeout_ms: int = 0
) -> AsyncIterator[Database]:
    """Open the pools as ``role`` for the length of the context; as the login itself with None.

    Raises DatabaseUnusable, and UnsafeLogin when the login could walk through the walls.
    """
    taken = f"-c role={role} " if role else ""
    options = f"{taken}-c statement_timeout={statement_timeout_ms} -c timezone=UTC"
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=size,
        max_overflow=0,
        pool_timeout=10,
        # Requests do without its round trip (see _refuse_stale); jobs need not, and a network
        # that went away in silence would fail them.
        pool_pre_ping=role != SERVING,
        connect_args={"options": options, "prepare_threshold": 2},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_stale)
    pool = AsyncConnectionPool(
        url,
        connection_class=_ReadConnection,
        kwargs={
            "autocommit": True,
            "options": f"{options} -c default_transaction_read_only=on",
        },
        min_size=1,
        max_size=size,
        timeout=10,
        configure=_remember,
        open=False,
    )
    try:
        if role:
            await _refuse_walkers(url, options)
        await pool.open(wait=True, timeout=20)
        yield Database(engine, pool)
    finally:
        await pool.close()
        await engine.dispose()


def _found(who: PGresult) -> Found:
    person_id, cluster_id, member_id, role, membership_id, scopes = (
        who.get_value(0, column) for column in range(6)
    )
    if person_id is None or cluster_id is None or role is None or membership_id is None:
        raise RuntimeError("app.enter yields one row")
    return (
        UUID(person_id.decode()),
        UUID(cluster_id.decode()),
        UUID(member_id.decode()) if member_id else None,
        role.decode(),
        UUID(membership_id.decode()),
        # Scopes are plain words: an array of text without quotes.
        scopes.decode().strip("{}").split(",") if scopes is not None else None,
    )


async def _run(connection: _ReadConnection, statements: bytes) -> list[PGresult]:
    """Send statements in one message and give their results as they came.

    Below psycopg's cursors: they would turn a page of JSON into text and prepare nothing here,
    and take half of the read's time for it. Raises the ``psycopg.Error`` of the first failure.
    """
    async with connection.lock:
        connection.pgconn.send_query(statements)
        results: list[PGresult] = await connection.wait(generators.execute(connection.pgconn))
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise psycopg.errors.error_from_result(result, connection.info.encoding)
    return results


async def _prepared(connection: _ReadConnection, query: Query) -> bytes:
    """The name under which the connection has the query planned."""
    name, prepared = query.name, connection.prepared
    if name in prepared:
        prepared.move_to_end(name)
    else:
        if len(prepared) >= MAX_PREPARED:
            oldest, _ = prepared.popitem(last=False)
            await connection.execute(f"DEALLOCATE {oldest}".encode())
        await connection.execute(f"PREPARE {name} AS {query.sql}".encode())
        prepared[name] = None
    return name.encode()


async def _remember(connection: _ReadConnection) -> None:
    connection.prepared = OrderedDict()


def _refuse_stale(raw: Any, _record: Any, _proxy: Any) -> None:
    """Raise when the server has hung up: without a round trip, which a ping would cost.

    Nothing is due on an idle connection, so that anything to read there is its end.
    """
    connection = raw.driver_connection
    if not connection.closed:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        if not waiting.poll(0):
            return
    raise DisconnectionError("the database dropped this connection")


async def _refuse_walkers(url: str, options: str) -> None:
    try:
        async with await AsyncConnection.connect(url, options=options) as connection:
            cursor = await connection.execute(
                b"SELECT bool_or(rolsuper OR rolbypassrls), row_security_active('member')"
                b" FROM pg_roles WHERE rolname IN (session_user, current_user)"
            )
            row = await cursor.fetchone()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1]
        raise DatabaseUnusable(f"Lancez-la, puis « grappe migrate ». ({reason})") from None
    if row is None or row[0] or not row[1]:
        raise UnsafeLogin
