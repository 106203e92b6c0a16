"""Whether the books hold together: the operator's check, in a handful of queries."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.report import Report

RULES = (
    """
    SELECT 'ledger_transaction ' || t.id || ' (' || t.reference || ') : sans écriture'
    FROM ledger_transaction t WHERE t.cluster_id = :cluster AND NOT EXISTS (
      SELECT FROM ledger_posting p WHERE p.cluster_id = t.cluster_id AND p.transaction_id = t.id)
    ORDER BY t.id""",
    """
    SELECT 'ledger_posting ' || p.id || ' : sans sa transaction ou son compte'
    FROM ledger_posting p
    LEFT JOIN ledger_transaction t ON t.cluster_id = p.cluster_id AND t.id = p.transaction_id
    LEFT JOIN ledger_account d ON d.cluster_id = p.cluster_id AND d.id = p.debit_account_id
    LEFT JOIN ledger_account c ON c.cluster_id = p.cluster_id AND c.id = p.credit_account_id
    WHERE p.cluster_id = :cluster AND num_nulls(t.id, d.id, c.id) > 0 ORDER BY p.id""",
    """
    SELECT 'ledger_closing ' || c.id || ' (' || c.until_day || ') : la clôture précédente manque'
    FROM ledger_closing c WHERE c.cluster_id = :cluster AND c.previous_until IS NOT NULL
      AND NOT EXISTS (SELECT FROM ledger_closing b
        WHERE b.cluster_id = c.cluster_id AND b.until_day = c.previous_until)
    ORDER BY c.until_day""",
    """
    SELECT 'exercice ' || n.fiscal_year || ' : le n° ' || min(n.expected) || ' manque'
    FROM (SELECT e.fiscal_year, e.number,
        row_number() OVER (PARTITION BY e.fiscal_year ORDER BY e.number) AS expected
      FROM ledger_entry e WHERE e.cluster_id = :cluster) AS n
    WHERE n.number <> n.expected GROUP BY n.fiscal_year ORDER BY n.fiscal_year""",
    """
    SELECT 'ledger_entry ' || e.id || ' (n° ' || e.number || ' de ' || e.fiscal_year || ') : '
      || CASE WHEN t.id IS NULL THEN 'sa transaction manque' ELSE 'hors de sa clôture' END
    FROM ledger_entry e
    LEFT JOIN ledger_transaction t ON t.cluster_id = e.cluster_id AND t.id = e.id
    LEFT JOIN ledger_closing c ON c.cluster_id = e.cluster_id AND c.id = e.closing_id
      AND c.fiscal_year = e.fiscal_year
    WHERE e.cluster_id = :cluster
      AND (t.booked_on BETWEEN c.from_day AND c.until_day) IS NOT TRUE
    ORDER BY e.fiscal_year, e.number""",
    """
    SELECT 'ledger_transaction ' || t.id || ' (' || t.reference
      || ') : dans une période clôturée, sans numéro'
    FROM ledger_transaction t WHERE t.cluster_id = :cluster
      AND t.booked_on <= (SELECT max(c.until_day) FROM ledger_closing c
        WHERE c.cluster_id = :cluster)
      AND NOT EXISTS (SELECT FROM ledger_entry e
        WHERE e.cluster_id = t.cluster_id AND e.id = t.id)
    ORDER BY t.id""",
)
"""Each gives a sentence for each row that is wrong, and nothing while the books hold."""

_SIZE = text("""
    SELECT (SELECT count(*) FROM ledger_transaction WHERE cluster_id = :cluster),
      (SELECT count(*) FROM ledger_entry WHERE cluster_id = :cluster),
      (SELECT count(*) FROM ledger_closing WHERE cluster_id = :cluster)""")


async def check_books(
    session: AsyncSession, cluster_id: UUID, *, advance: Callable[[int], None]
) -> Report:
    """Entries whole, closings without a gap, numbers too; the operator's act."""
    report = Report()
    await find_faults(session, cluster_id, RULES, report, advance)
    written, numbered, closings = (await session.execute(_SIZE, {"cluster": cluster_id})).one()
    report.summary = f"{written} écritures, {numbered} numérotées en {closings} clôtures"
    return report


async def find_faults(
    session: AsyncSession,
    cluster_id: UUID,
    rules: Sequence[str],
    report: Report,
    advance: Callable[[int], None],
) -> None:
    """Add to a report what each rule finds; ``advance`` is told of each rule that was tried."""
    for rule in rules:
        async for fault in await session.stream_scalars(text(rule), {"cluster": cluster_id}):
            report.add(fault)
        advance(1)
