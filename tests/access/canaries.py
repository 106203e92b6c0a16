"""Whatever one consortium has written that nobody else may come upon.

Read from the tables themselves: a new table of a consortium is watched from its first day.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.infra.db import Database

RATES = (1_500, 400, 300)
"""Basis points that a contribution may take of a price."""
UNUSUAL_CENTS = 100_000
"""Amounts below could stand anywhere by chance."""

HEADER = frozenset({"id", "name"})
"""What overseers may know of every consortium."""
_SEPARATED = re.compile(r"(?<=\d)[\s.,'’_\u00a0\u202f](?=\d)")
_NUMBER = re.compile(r"\d+")
_RANDOM = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12,}")
"""Ids and hashes: some have digits in a row that are an amount by chance."""

OF_A_CONSORTIUM = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND a.attname = 'consortium_id' AND NOT a.attisdropped ORDER BY 1
"""


@dataclass
class Canaries:
    """Ids (32 hex digits), texts and amounts (in cents, and what follows from them)."""

    ids: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    cents: set[int] = field(default_factory=set)

    def add_row(self, row: dict[str, Any], mark: str) -> None:
        """Take what is secret of a row."""
        if "id" in row:
            self.ids.add(UUID(row["id"]).hex)
        for name, value in row.items():
            if isinstance(value, str) and mark in value:
                self.texts.add(value)
            elif name.endswith("_cents") and isinstance(value, int):
                self.add_amount(abs(value))

    def add_amount(self, cents: int) -> None:
        """Take an amount and what a rate makes of it."""
        derived = {cents, *((cents * rate + 5_000) // 10_000 for rate in RATES)}
        self.cents.update(one for one in derived if one >= UNUSUAL_CENTS)

    def sighted(self, haystack: str) -> set[str]:
        """Those that stand in a text, amounts with or without separators."""
        written = _SEPARATED.sub("", _RANDOM.sub(" ", haystack))
        numbers = {int(one) for one in _NUMBER.findall(written)}
        plain = haystack.replace("-", "")
        seen = {one for one in self.ids if one in plain}
        seen |= {one for one in self.texts if one in haystack}
        return seen | {str(one) for one in self.cents & numbers}

    def __len__(self) -> int:
        return len(self.ids) + len(self.texts) + len(self.cents)


async def written_by(owner: Database, consortia: Iterable[str], mark: str) -> Canaries:
    """All that these consortia (public ids) hold."""
    found = Canaries()
    for _, row in await rows_of(owner, consortia):
        found.add_row(row, mark)
    return found


async def rows_of(owner: Database, consortia: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
    """Every row of these consortia, with its table."""
    ids = [UUID(one.partition("_")[2]) for one in consortia]
    async with owner.transaction() as session:
        tables = list(await session.scalars(text(OF_A_CONSORTIUM)))
        wanted = dict.fromkeys(tables, "consortium_id") | {"consortium": "id"}
        found = []
        for table, column in wanted.items():
            query = text(f"SELECT to_jsonb(t) FROM {table} t WHERE {column} = ANY (:ids)")
            found += [(table, row) for row in await session.scalars(query, {"ids": ids})]
    return found
