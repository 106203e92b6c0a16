"""Rows of which there is one only."""

import psycopg.errors
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db.base import Base
from app.kernel.errors import AppError


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
