"""Closings as stored, the numbers that they give, and the balances that they leave."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import ListQuery, instant, money, public_id
from app.kernel.actor import Actor
from app.ledger.models import LedgerClosing, LedgerEntry, LedgerTransaction

_NUMBER = text("""
    INSERT INTO ledger_entry (cluster_id, id, closing_id, fiscal_year, number)
    SELECT t.cluster_id, t.id, c.id, c.fiscal_year,
      :last + row_number() OVER (ORDER BY t.booked_on, t.id)
    FROM ledger_closing c
    JOIN ledger_transaction t ON t.cluster_id = c.cluster_id
      AND t.booked_on BETWEEN c.from_day AND c.until_day
    WHERE c.cluster_id = :cluster AND c.id = :closing""")


async def first_day(session: AsyncSession, actor: Actor) -> date | None:
    """The accounting day of the first transaction, or None."""
    found: date | None = await session.scalar(
        select(func.min(LedgerTransaction.booked_on)).where(
            LedgerTransaction.cluster_id == actor.cluster_id
        )
    )
    return found


async def number_entries(session: AsyncSession, closing: LedgerClosing) -> int:
    """Number what a closing closes, after what its fiscal year has; how many entries there are."""
    # Beforehand: inside the statement, each row would look past all that it has just written.
    last = await session.scalar(
        select(func.max(LedgerEntry.number)).where(
            LedgerEntry.cluster_id == closing.cluster_id,
            LedgerEntry.fiscal_year == closing.fiscal_year,
        )
    )
    values = {"cluster": closing.cluster_id, "closing": closing.id, "last": last or 0}
    added = await session.execute(_NUMBER, values)
    return cast("CursorResult[Any]", added).rowcount


CLOSINGS = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("bkc", "c.id")}, 'from', c.from_day, 'until', c.until_day,
          'fiscal_year', c.fiscal_year, 'chart_version', c.chart_version,
          'entries', (SELECT count(*) FROM ledger_entry e
            WHERE e.cluster_id = c.cluster_id AND e.closing_id = c.id),
          'closed_at', {instant("c.closed_at")}) AS item,
          ARRAY[c.until_day::text] AS keys
        FROM ledger_closing c WHERE c.cluster_id = app.cluster()""",
    order="c.until_day DESC",
    after="c.until_day < {}::date",
    position_length=1,
)
"""The closings, newest first."""

_MOVED = """
    SELECT sum(moved.cents) AS cents,
      coalesce(sum(moved.cents) FILTER (WHERE moved.now AND moved.cents > 0), 0) AS debit,
      coalesce(-sum(moved.cents) FILTER (WHERE moved.now AND moved.cents < 0), 0) AS credit
    FROM (
      SELECT CASE WHEN p.debit_account_id = a.id THEN p.amount_cents ELSE -p.amount_cents END
        AS cents, t.booked_on >= c.from_day AS now
      FROM ledger_posting p
      JOIN ledger_transaction t ON t.cluster_id = p.cluster_id AND t.id = p.transaction_id
      WHERE p.cluster_id = a.cluster_id AND a.id IN (p.debit_account_id, p.credit_account_id)
        AND t.booked_on <= c.until_day) AS moved"""


def balances(closing_id: UUID) -> ListQuery:
    """The trial balance that a closing leaves, by account code."""
    there = ("c.id = {}::uuid", [closing_id])
    return ListQuery(
        select=f"""
        SELECT json_build_object(
          'account', a.code, 'name', a.name, 'member_id', {public_id("mem", "a.member_id")},
          'opening', {money("m.cents - m.debit + m.credit")},
          'debit', {money("m.debit")}, 'credit', {money("m.credit")},
          'balance', {money("m.cents")}) AS item,
          ARRAY[a.code] AS keys
        FROM ledger_closing c
        JOIN ledger_account a ON a.cluster_id = c.cluster_id
        CROSS JOIN LATERAL ({_MOVED}) AS m
        WHERE c.cluster_id = app.cluster() AND m.cents IS NOT NULL""",
        order="a.code",
        after="a.code > {}",
        position_length=1,
        filters=(there,),
        parent=(
            "EXISTS (SELECT FROM ledger_closing c WHERE c.cluster_id = app.cluster()"
            f" AND {there[0]})",
            there[1],
        ),
    )
