"""One message to PostgreSQL, below psycopg's cursors: a caller's scope, and a query under it.

PostgreSQL runs the statements of one message as one transaction; the scope ends with it.
Cursors would turn a page of JSON into text and prepare nothing here, and take half of a read's
time for it (docs/decisions/0003).
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, generators, sql
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from app.infra.db.scope import Found

MAX_PREPARED = 100
"""Queries that a connection keeps planned: each combination of filters is a query."""

_READ_WRITE = b"SET TRANSACTION READ WRITE"
"""First in its message: the connections of hot reads are read-only unless told."""

_BY_VALUES = b"SET LOCAL plan_cache_mode = force_custom_plan"


@dataclass(frozen=True, slots=True)
class Query:
    """A statement that PostgreSQL plans once per connection; ``sql`` uses ``$1`` … ``$n``.

    A read yields one row at most; its columns come as PostgreSQL's own text. ``by_values`` has it
    planned for each set of values: what suits a rare word is slow for a common one.
    """

    sql: str
    by_values: bool = False

    @property
    def name(self) -> str:
        """A name that changes with the text: two texts never share a plan."""
        return _name(self.sql)


@lru_cache(maxsize=1024)
def _name(sql: str) -> str:
    return "q" + sha256(sql.encode()).hexdigest()[:24]


class HotConnection(AsyncConnection[tuple[Any, ...]]):
    """A connection that remembers which queries it has prepared, the last used one last."""

    prepared: OrderedDict[str, None]


async def remember(connection: HotConnection) -> None:
    """Begin to remember, on a fresh connection."""
    connection.prepared = OrderedDict()


@dataclass(frozen=True, slots=True)
class Answer:
    """Whom ``app.enter`` found, and the columns of the query's only row; None without a row."""

    found: Found
    columns: tuple[bytes | None, ...] | None


async def ask(
    connection: HotConnection,
    scope: bytes,
    query: Query,
    values: Sequence[object],
    *,
    writes: bool = False,
) -> Answer:
    """Run ``query`` in ``scope`` (the call of ``app.enter``): one message, one transaction.

    A query that the connection has not planned yet is planned in the same message. Raises the
    ``psycopg.Error`` of the first statement that fails.
    """
    name = query.name
    before = [_READ_WRITE] if writes else []
    before += [_BY_VALUES, scope] if query.by_values else [scope]
    planning = _planning(connection, query)
    given = b", ".join(sql.Literal(value).as_bytes(connection) for value in values)
    execute = b"EXECUTE " + name.encode() + (b"(" + given + b")" if given else b"")
    try:
        results = await _run(connection, b"; ".join([*before, *planning, execute]))
    except BaseException:
        if planning:  # whether the plan is there, nobody knows
            await connection.close()
        raise
    if planning:
        _remember_plan(connection, name, len(planning), len(results) - 1 - len(before))
    else:
        connection.prepared.move_to_end(name)
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise psycopg.errors.error_from_result(result, connection.info.encoding)
    who, rows = results[len(before) - 1], results[-1]
    columns = tuple(rows.get_value(0, n) for n in range(rows.nfields)) if rows.ntuples else None
    return Answer(_found(who), columns)


async def _run(connection: HotConnection, statements: bytes) -> list[PGresult]:
    """Send statements in one message; their results as they came, up to the first failure."""
    async with connection.lock:
        connection.pgconn.send_query(statements)
        results: list[PGresult] = await connection.wait(generators.execute(connection.pgconn))
    return results


def _planning(connection: HotConnection, query: Query) -> list[bytes]:
    """What plans a query that the connection does not know, and forgets the oldest for it."""
    if query.name in connection.prepared:
        return []
    plan = [f"PREPARE {query.name} AS {query.sql}".encode()]
    if len(connection.prepared) >= MAX_PREPARED:
        plan.insert(0, f"DEALLOCATE {next(iter(connection.prepared))}".encode())
    return plan


def _remember_plan(connection: HotConnection, name: str, planning: int, done: int) -> None:
    """Plans outlive the failure of their transaction: ``done`` of ``planning`` were carried out."""
    if planning == 2 and done >= 1:  # the oldest was forgotten
        connection.prepared.popitem(last=False)
    if done >= planning:
        connection.prepared[name] = None


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
