"""The use case of closings: to close what is over, and to number it."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.ledger.chart.service import settled_chart
from app.ledger.closings import repository
from app.ledger.closings.domain import next_period
from app.ledger.models import LedgerClosing
from app.ledger.repository import hold_books, last_closing


async def close_books(
    session: AsyncSession, actor: Actor, until: date
) -> tuple[LedgerClosing, int]:
    """Close all that is open up to a day, and number its entries; how many there are.

    From then on nothing is booked on that day or before: the database moves what comes late to
    the first day after. The numbers run without a gap in each fiscal year, by accounting day,
    then as the entries were written. Raises Forbidden, Invalid, ClosingOutOfOrder.
    """
    require(actor, Permission.CLOSE_BOOKS)
    await hold_books(session, actor)
    chart = await settled_chart(session, actor)
    last = await last_closing(session, actor)
    period = next_period(
        until,
        today=actor.now.date(),
        first_month=chart.first_month,
        closed=last.until_day if last else None,
        earliest=None if last else await repository.first_day(session, actor),
    )
    closing = LedgerClosing(
        cluster_id=actor.cluster_id,
        id=new_id(),
        previous_until=last.until_day if last else None,
        from_day=period.from_day,
        until_day=period.until_day,
        fiscal_year=period.fiscal_year,
        chart_version=chart.version,
        closed_at=actor.now,
        person_id=actor.person_id,
    )
    session.add(closing)
    await session.flush()
    entries = await repository.number_entries(session, closing)
    await record(session, actor, "books.closed", closing.id)
    return closing, entries
