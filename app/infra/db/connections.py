"""Connections: a session for what changes something, a read-only pool for hot reads.

A hot read is one round trip: ``app.enter`` and the prepared query travel in one message, which
PostgreSQL runs as one transaction; the scope ends with it. JSON is made by PostgreSQL.
"""

import select
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.infra.db.scope import Anyone
from app.infra.db.wire import Answer, HotConnection, Query, ask, remember
from app.kernel.actor import Actor
from app.kernel.errors import AppError, Unauthenticated

SERVING, JOB, IMPORTER = "grappe_serving", "grappe_job", "grappe_importer"

_GROWING = " -c plan_cache_mode=force_custom_plan -c enable_seqscan=off"
"""Of imports: they ask for few rows among many, of tables that grow under their eyes. A plan that
was kept since a table was small would read it whole, batch after batch, and so would a new one
until PostgreSQL has counted its rows."""


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
class Row:
    """What a hot read gave: who asked, and the columns of its only row; None without a row."""

    actor: Actor
    columns: tuple[bytes | None, ...] | None


_NOTHING = Query("SELECT NULL")

_GONE = ("08", "57P")
"""SQLSTATE classes of a lost connection and of a server that leaves or arrives."""


class _Dropped(psycopg.OperationalError):
    """The database dropped the connection; what was read can be read again."""


class Database:
    """The pools of one process, as one database role."""

    def __init__(self, engine: AsyncEngine, pool: AsyncConnectionPool[HotConnection]) -> None:
        self.engine = engine
        self._pool = pool
        self.sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One session, one transaction: commits at the end, rolls back on any error."""
        async with self.sessions() as session, session.begin():
            yield session

    async def statement(self, sql: str, values: Mapping[str, object]) -> list[Any]:
        """One statement that is its own transaction, and its rows.

        For rows that many want at once: their locks end in the server, not with our next turn.
        """
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            return list(await connection.execute(text(sql), values))

    async def read(self, caller: Anyone, query: Query, values: Sequence[object]) -> Row:
        """Run a query as the caller, in one round trip; raises Unauthenticated."""
        return await self._ask(caller, query, values, writes=False)

    async def identify(self, caller: Anyone) -> Actor:
        """Who the caller is, in one round trip; raises Unauthenticated."""
        return (await self.read(caller, _NOTHING, ())).actor

    async def write(self, caller: Anyone, query: Query, values: Sequence[object]) -> None:
        """Write as the caller, in one round trip and one transaction; raises Unauthenticated.

        For what may be written twice without harm: it is tried again when the connection drops.
        """
        await self._ask(caller, query, values, writes=True)

    async def _ask(
        self, caller: Anyone, query: Query, values: Sequence[object], *, writes: bool
    ) -> Row:
        scope = caller.scope()
        try:
            answer = await self._ask_once(scope, query, values, writes)
        except _Dropped:
            # A restart of the database drops every connection: look at all before the next try.
            await self._pool.check()
            answer = await self._ask_once(scope, query, values, writes)
        return Row(caller.as_actor(answer.found), answer.columns)

    async def _ask_once(
        self, scope: bytes, query: Query, values: Sequence[object], writes: bool
    ) -> Answer:
        async with self._pool.connection() as connection:
            try:
                return await ask(connection, scope, query, values, writes=writes)
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
    # The time-out of statements is off while PostgreSQL commits, when entries are sealed.
    limits = f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={statement_timeout_ms}"
    options = f"{taken}{limits} -c timezone=UTC{_GROWING if role == IMPORTER else ''}"
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
        connection_class=HotConnection,
        kwargs={
            "autocommit": True,
            "options": f"{options} -c default_transaction_read_only=on",
        },
        min_size=1,
        max_size=size,
        timeout=10,
        configure=remember,
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
