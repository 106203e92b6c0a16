"""Writes that others may have forestalled: what came of them, and whose turn it is."""

from typing import TypeVar

import psycopg.errors
from sqlalchemy import Update, text
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
