"""Reads rendered to JSON by PostgreSQL: a list, newest first and paged by key, or one thing.

Each becomes one statement, which sees one moment. It yields one row of three columns: the JSON
(null or no row: there is nothing that the caller may see), what goes with it, and what the
read still has to leave behind before it is shown (null: nothing).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.infra.db.connections import Database
from app.infra.db.scope import Anyone
from app.infra.db.wire import Query


@dataclass(frozen=True, slots=True)
class Trace:
    """What a read leaves behind before it is shown: without it, nothing is shown.

    The rows read have a column ``opens``. ``due`` is SQL that makes of them, as ``{}``, the JSON
    text of what is to be left, or null; ``leave`` writes that, in one round trip.
    """

    due: str
    leave: Callable[[Database, Anyone, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """One thing: ``select`` is SQL (``$1`` …) that yields it as ``item``, or no row.

    It also yields ``version``, the thing's ETag or null, and ``opens`` when it has a ``trace``.
    """

    select: str
    values: Sequence[object] = ()
    trace: Trace | None = None

    @property
    def query(self) -> Query:
        """The statement that reads it."""
        due = self.trace.due.format("SELECT opens FROM thing") if self.trace else "NULL"
        # Materialized: otherwise the item would be made again for each of its columns.
        return Query(
            f"WITH thing AS MATERIALIZED ({self.select})"
            f" SELECT item::text, version::text, {due} FROM thing"
        )


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list, newest first: where its rows come from, and what is shown of each.

    ``select`` is SQL that gives a JSON object per row as ``item`` and the sort keys as text in
    ``keys`` (an array), and ``opens`` when it has a ``trace``; ``filters`` are conditions with
    ``{}`` for each value, in order. ``moving`` filters have values that time moves (the present
    instant, say): a cursor outlives them. ``after`` is the condition that a row comes after a
    position, with ``{}`` per part. ``parent`` is the condition that what the list hangs on is
    there for the caller, with its values: without it there is no list. ``by_values`` is the
    query's own.
    """

    select: str
    order: str
    after: str
    position_length: int
    filters: Sequence[tuple[str, Sequence[object]]] = ()
    moving: Sequence[tuple[str, Sequence[object]]] = ()
    parent: tuple[str, Sequence[object]] | None = None
    trace: Trace | None = None
    by_values: bool = False
    planned_for_limit: bool = False
    """Whether the limit stands in the plan. Where no wall stands, PostgreSQL else plans every
    execution anew; behind a wall it expects few rows to pass, and would sort them all."""

    @property
    def scope(self) -> str:
        """What a cursor of this list is bound to: its filters, not the caller."""
        kept = [(condition, list(values)) for condition, values in self.filters]
        return repr([*kept, *[condition for condition, _ in self.moving]])

    def at(self, position: list[str] | None, limit: int) -> tuple[Query, list[object]]:
        """The query of one page and its values; one row more is read, to know of a next."""
        conditions = [*self.filters, *self.moving]
        if position is not None:
            conditions.append((self.after, position))
        values: list[object] = []
        where = "".join(f" AND {_marked(one, values)}" for one in conditions)
        there = f"CASE WHEN {_marked(self.parent, values)} THEN {{}} END" if self.parent else "{}"
        if self.planned_for_limit:
            count, more = str(int(limit)), str(int(limit) + 1)
        else:
            count, more = f"${len(values) + 1}::int", f"${len(values) + 2}::int"
            values.extend([limit, limit + 1])
        items = f"coalesce(json_agg(item ORDER BY n) FILTER (WHERE n <= {count}), '[]')::text"
        opens, due = "", "NULL"
        if self.trace:
            opens = ", opens"
            shown = f"SELECT opens FROM numbered WHERE n <= {count}"
            due = self.trace.due.format(shown)
        sql = (
            f"WITH page AS MATERIALIZED ({self.select}{where} ORDER BY {self.order}"
            f" LIMIT {more}),"
            f" numbered AS (SELECT item, keys{opens}, row_number() OVER () AS n FROM page)"
            f" SELECT {there.format(items)}, CASE WHEN count(*) > {count}"
            f" THEN (array_agg(to_json(keys) ORDER BY n) FILTER (WHERE n = {count}))[1] END,"
            f" {due} FROM numbered"
        )
        return Query(sql, self.by_values), values


def _marked(condition: tuple[str, Sequence[object]], values: list[object]) -> str:
    """The condition with a mark for each of its values, which join ``values``."""
    sql, given = condition
    marks = [f"${len(values) + index + 1}" for index in range(len(given))]
    values.extend(given)
    return sql.format(*marks)


def public_id(prefix: str, column: str) -> str:
    """The SQL of a public id (``con_`` and 32 hex digits)."""
    return f"('{prefix}_' || replace({column}::text, '-', ''))"


def instant(column: str) -> str:
    """The SQL of an instant as RFC 3339, in UTC, to the second."""
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"


def money(cents: str, currency: str = "'EUR'") -> str:
    """The SQL of an amount in cents, or null."""
    return (
        f"CASE WHEN {cents} IS NOT NULL THEN"
        f" json_build_object('amount_cents', {cents}, 'currency', {currency}) END"
    )
