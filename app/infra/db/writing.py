"""Writes that others may have forestalled: what came of them, and whose turn it is."""

from collections.abc import Sequence
from typing import TypeVar

import psycopg.errors
from sqlalchemy import Update, inspect, text
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


async def add_all_at_once(session: AsyncSession, rows: Sequence[Base]) -> None:
    """Insert rows of one class, ids given, in one statement however many they are.

    They do not join the session: they are what they were made with.
    """
    if not rows:
        return
    dialect = session.get_bind().dialect
    mapper = inspect(type(rows[0]))
    columns = [(one.key, one.columns[0]) for one in mapper.column_attrs]
    names = ", ".join(column.name for _, column in columns)
    arrays = ", ".join(
        f"CAST(:{key} AS {column.type.compile(dialect)}[])" for key, column in columns
    )
    statement = text(f"INSERT INTO {mapper.local_table} ({names}) SELECT * FROM unnest({arrays})")
    values = {key: [getattr(row, key) for row in rows] for key, _ in columns}
    await session.execute(statement, values)


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
