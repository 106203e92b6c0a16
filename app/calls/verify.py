"""Whether calls hold together with charges and tax: the operator's check."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.report import Report
from app.ledger.verify import find_faults

RULES = (
    """
    SELECT 'call ' || year || ' : ' || count(*) || ' numéros sur ' || max(number) FROM call
    WHERE cluster_id = :cluster GROUP BY year HAVING count(*) <> max(number) ORDER BY year""",
    """
    SELECT 'call ' || c.id || ' : ' || coalesce(l.net, 0) || ' et ' || coalesce(l.vat, 0)
      || ' c de lignes au lieu de ' || c.net_cents || ' et ' || c.vat_cents || ' c'
    FROM call c LEFT JOIN (SELECT call_id, sum(net_cents) AS net, sum(vat_cents) AS vat
      FROM call_line WHERE cluster_id = :cluster GROUP BY call_id) AS l ON l.call_id = c.id
    WHERE c.cluster_id = :cluster
      AND (c.net_cents, c.vat_cents) IS DISTINCT FROM (l.net, l.vat) ORDER BY c.id""",
    """
    SELECT 'charge ' || h.id || ' : appelée pour ' || l.net || ' c au lieu de '
      || h.amount_cents || ' c'
    FROM charge h JOIN (SELECT charge_id, sum(net_cents) AS net FROM call_line
      WHERE cluster_id = :cluster GROUP BY charge_id) AS l ON l.charge_id = h.id
    WHERE h.cluster_id = :cluster AND l.net NOT IN (0, h.amount_cents) ORDER BY h.id""",
    """
    SELECT 'charge ' || coalesce(l.charge_id, t.charge_id) || ' : ' || coalesce(t.cents, 0)
      || ' c de taxe au lieu de ' || coalesce(l.vat, 0) || ' c'
    FROM (SELECT charge_id, sum(vat_cents) AS vat FROM call_line
      WHERE cluster_id = :cluster GROUP BY charge_id) AS l
    FULL JOIN (SELECT charge_id, sum(amount_cents) AS cents FROM charge_tax
      WHERE cluster_id = :cluster GROUP BY charge_id) AS t ON t.charge_id = l.charge_id
    WHERE coalesce(l.vat, 0) <> coalesce(t.cents, 0) ORDER BY 1""",
)
"""Each gives a sentence for each row that is wrong."""


async def check_calls(
    session: AsyncSession, cluster_id: UUID, *, advance: Callable[[int], None]
) -> Report:
    """Calls against their lines, charges and tax, to the cent; the operator's act."""
    report = Report()
    await find_faults(session, cluster_id, RULES, report, advance)
    count = text("SELECT count(*) FROM call WHERE cluster_id = :cluster")
    calls = (await session.execute(count, {"cluster": cluster_id})).scalar_one()
    report.summary = f"{calls} appels et avoirs"
    return report
