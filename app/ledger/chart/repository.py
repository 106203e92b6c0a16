"""The chart of accounts as stored: the newest version counts, older ones were used."""

import json

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import ItemQuery
from app.kernel.actor import Actor
from app.ledger.chart.domain import Chart, accounts_from
from app.ledger.models import LedgerChart

_DEFAULT = json.dumps(
    {"version": 0, "siren": None, "first_month": 1, "accounts": Chart().wire()}, ensure_ascii=False
)

CHART = ItemQuery(
    select="""
        SELECT coalesce(newest.item, $1::text::json) AS item, coalesce(newest.version, 0) AS version
        FROM (SELECT) AS one LEFT JOIN LATERAL (
          SELECT c.version, json_build_object('version', c.version, 'siren', c.siren,
            'first_month', c.first_month, 'accounts', c.accounts) AS item
          FROM ledger_chart c WHERE c.cluster_id = app.cluster()
          ORDER BY c.version DESC LIMIT 1) AS newest ON true""",
    values=(_DEFAULT,),
)
"""The newest version; the default one, which nobody wrote, before there is one."""


async def newest(session: AsyncSession, actor: Actor) -> Chart:
    """The version that counts; the default one when none was written."""
    query = (
        select(LedgerChart)
        .where(LedgerChart.cluster_id == actor.cluster_id)
        .order_by(LedgerChart.version.desc())
        .limit(1)
    )
    found = await session.scalar(query)
    if found is None:
        return Chart()
    return Chart(found.version, found.siren, found.first_month, accounts_from(found.accounts))


def row(actor: Actor, chart: Chart) -> LedgerChart:
    """A version, to be added."""
    return LedgerChart(
        cluster_id=actor.cluster_id,
        version=chart.version,
        siren=chart.siren,
        first_month=chart.first_month,
        accounts=chart.wire(),
        written_at=actor.now,
        person_id=actor.person_id,
    )
