"""Writes that others may have forestalled: what came of them, and whose turn it is."""

from collections.abc import Iterable
from typing import TypeVar

import psycopg.errors
from psycopg.types.json import Jsonb
from sqlalchemy import Update, inspect, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db.base import Base
from app.kernel.errors import AppError

Kind = TypeVar("Kind", bound=Base)


async def add_or_refuse(session: AsyncSession, row: Base, refusal: type[AppError]) -> None:
    """Insert a row; raise ``refusal`` when a unique key says that another was first.

    The key decides, not a look before the leap: two at once would both find nothing.
    """
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise refusal from None
        raise


async def add_all_at_once(session: AsyncSession, rows: Iterable[Base]) -> None:
    """Insert rows, ids given, in one statement, however many and of whatever classes.

    References among them are checked once all are there. They do not join the session: they are
    what they were made with.
    """
    by_class: dict[type[Base], list[Base]] = {}
    for row in rows:
        by_class.setdefault(type(row), []).append(row)
    inserts: list[str] = []
    values: dict[str, list[object]] = {}
    for number, (kind, same) in enumerate(by_class.items()):
        mapper = inspect(kind)
        columns = {f"{one.key}_{number}": one for one in mapper.column_attrs}
        names = ", ".join(one.columns[0].name for one in columns.values())
        arrays = ", ".join(
            f"CAST(:{mark} AS {one.columns[0].type.compile(session.get_bind().dialect)}[])"
            for mark, one in columns.items()
        )
        inserts.append(
            f"of_{number} AS (INSERT INTO {mapper.local_table} ({names})"
            f" SELECT * FROM unnest({arrays}))"
        )
        for mark, one in columns.items():
            found = [getattr(row, one.key) for row in same]
            json = isinstance(one.columns[0].type, JSONB)
            values[mark] = [Jsonb(value) for value in found] if json else found
    if inserts:
        await session.execute(text(f"WITH {', '.join(inserts)} SELECT"), values)


async def changed(session: AsyncSession, kind: type[Kind], statement: Update) -> Kind | None:
    """Carry out an UPDATE of one row; the row as it then is, None when its conditions fail."""
    returning = statement.returning(kind).execution_options(populate_existing=True)
    found: Kind | None = await session.scalar(returning)
    return found


async def hold(session: AsyncSession, *names: str, shared: bool = False) -> None:
    """Be alone to hold these names until the transaction ends, or ``shared`` among themselves.

    For what no row can be locked for: there is none yet, or the caller may not change it. Several
    are taken in one order, so that nobody waits for each other.
    """
    kind = "_shared" if shared else ""
    statement = text(
        f"SELECT pg_advisory_xact_lock{kind}(hashtextextended(name, 0))"
        " FROM unnest(CAST(:names AS text[])) AS name"
    )
    await session.execute(statement, {"names": sorted(names)})
