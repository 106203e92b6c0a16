"""The yearly report, of which its lead is reminded; a job's question, inside one cluster."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.concessions.domain import due_before, report_notice
from app.concessions.lists import WON
from app.consortia.service import Reminder, reminder

# Older years are not asked for: what was handed in before the cluster wrote things down here is
# nobody's fault, and stays in the list of reports.
_UNREPORTED = text(f"""
    SELECT c.id AS consortium_id, c.id AS subject_id, CAST(:last_day AS date) AS due_on,
      ARRAY[c.lead_member_id] AS companies
    FROM consortium c
    JOIN LATERAL (SELECT t.first_day, t.last_day FROM concession_terms t
      WHERE t.cluster_id = c.cluster_id AND t.consortium_id = c.id
      ORDER BY t.number DESC LIMIT 1) t ON true
    WHERE c.cluster_id = app.cluster() AND c.state IN ({WON})
      AND :year BETWEEN extract(year FROM t.first_day) AND extract(year FROM t.last_day)
      AND NOT EXISTS (SELECT FROM concession_report r WHERE r.cluster_id = c.cluster_id
        AND r.consortium_id = c.id AND r.year = :year)
    ORDER BY c.id""")


async def missing_reports(session: AsyncSession, today: date) -> list[Reminder]:
    """Last year's reports that are not handed in: six weeks before 1 June, one, and once late."""
    year = today.year - 1
    notice = report_notice(year, today)
    if notice is None:
        return []
    last_day = due_before(year) - date.resolution
    rows = await session.execute(_UNREPORTED, {"year": year, "last_day": last_day})
    return [reminder(row, version=year * 10 + notice) for row in rows]
