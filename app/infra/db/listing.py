"""Lists, newest first, paged by key and rendered to JSON by PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.infra.db.connections import Query


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list, newest first: where its rows come from, and what is shown of each.

    ``select`` is SQL that gives a JSON object per row as ``item`` and the sort keys as text in
    ``keys`` (an array); ``filters`` are conditions with ``{}`` for each value, in order.
    ``moving`` filters have values that time moves (the present instant, say): a cursor outlives
    them. ``after`` is the condition that a row comes after a position, with ``{}`` per part.
    """

    select: str
    order: str
    after: str
    position_length: int
    filters: Sequence[tuple[str, Sequence[object]]] = ()
    moving: Sequence[tuple[str, Sequence[object]]] = ()

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
        parts = []
        for condition, given in conditions:
            marks = [f"${len(values) + index + 1}" for index in range(len(given))]
            parts.append(condition.format(*marks))
            values.extend(given)
        where = "".join(f" AND {part}" for part in parts)
        count, more = f"${len(values) + 1}", f"${len(values) + 2}"
        values.extend([limit, limit + 1])
        sql = (
            f"WITH page AS MATERIALIZED ({self.select}{where} ORDER BY {self.order}"
            f" LIMIT {more}::int),"
            " numbered AS (SELECT item, keys, row_number() OVER () AS n FROM page)"
            f" SELECT coalesce(json_agg(item ORDER BY n) FILTER (WHERE n <= {count}::int), '[]')"
            f"::text, CASE WHEN count(*) > {count}::int"
            f" THEN (array_agg(to_json(keys) ORDER BY n) FILTER (WHERE n = {count}::int))[1] END"
            " FROM numbered"
        )
        return Query(sql), values


def public_id(prefix: str, column: str) -> str:
    """The SQL of a public id (``con_`` and 32 hex digits)."""
    return f"('{prefix}_' || replace({column}::text, '-', ''))"


def instant(column: str) -> str:
    """The SQL of an instant as RFC 3339, in UTC, to the second."""
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
