"""Use cases of the chart: to write a version, and to have one that will not move."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import PreconditionFailed
from app.ledger.chart import repository
from app.ledger.chart.domain import Chart, FiscalYearFixed, check_chart
from app.ledger.repository import hold_books, last_closing


async def write_chart(session: AsyncSession, actor: Actor, chart: Chart) -> Chart:
    """Write the version that follows ``chart.version``, the one that was read; it is given.

    What is closed already is exported as before. Raises Forbidden, PreconditionFailed,
    InvalidChart, and FiscalYearFixed for another first month once a period is closed.
    """
    require(actor, Permission.CLOSE_BOOKS)
    check_chart(chart.accounts)
    await hold_books(session, actor)
    newest = await repository.newest(session, actor)
    if newest.version != chart.version:
        raise PreconditionFailed
    if chart.first_month != newest.first_month and await last_closing(session, actor):
        raise FiscalYearFixed
    return await _add(session, actor, chart)


async def settled_chart(session: AsyncSession, actor: Actor) -> Chart:
    """The newest version; the default one is written first, so that it will never move.

    The caller holds the books.
    """
    newest = await repository.newest(session, actor)
    return newest if newest.version else await _add(session, actor, newest)


async def _add(session: AsyncSession, actor: Actor, chart: Chart) -> Chart:
    fresh = replace(chart, version=chart.version + 1)
    row = repository.row(actor, fresh)
    session.add(row)
    await session.flush()
    await record(session, actor, "chart.written", row.id)
    return fresh
