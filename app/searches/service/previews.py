"""What a search would have found, before it is saved."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.searches.domain import (
    COUNTED_IN_PREVIEW,
    LOOKS_BACK,
    SHOWN_IN_PREVIEW,
    Criteria,
)
from app.searches.narrowing import narrowed
from app.searches.service.compiling import compiled
from app.watch.repository import NOTICE

# Days are counted from the publication: what was open then is over by now.
PREVIEW = f"""
    WITH asked AS MATERIALIZED (
      SELECT jsonb_populate_record(NULL::saved_search, CAST(:row AS jsonb) || jsonb_build_object(
        'query', CASE WHEN CAST(:words AS jsonb) IS NOT NULL
          THEN app.asked(CAST(:words AS jsonb)) END::text,
        'buyer_query', app.named(CAST(:buyers AS text[]))::text,
        'procedure_query', app.named(CAST(:procedures AS text[]))::text)) AS s),
    found AS MATERIALIZED (
      SELECT n.id, row_number() OVER (ORDER BY n.published_on DESC, n.id DESC) AS place
      FROM (
        SELECT n.id, n.published_on FROM notice n, asked
        WHERE n.published_on >= CAST(:since AS date) {{narrowed}}
          AND app.fits(n, asked.s, n.published_on::timestamptz)
        ORDER BY n.published_on DESC, n.id DESC LIMIT {COUNTED_IN_PREVIEW + 1}) AS n)
    SELECT json_build_object(
      'count', least(count(*), {COUNTED_IN_PREVIEW}), 'more', count(*) > {COUNTED_IN_PREVIEW},
      'items', coalesce(json_agg(
        (SELECT json_build_object({NOTICE}) FROM notice WHERE notice.id = found.id)
        ORDER BY place) FILTER (WHERE place <= {SHOWN_IN_PREVIEW}), '[]'))::text
    FROM found
"""


async def preview(session: AsyncSession, actor: Actor, criteria: Criteria) -> str:
    """What these criteria would have given over the last 90 days, as JSON made by PostgreSQL.

    Raises Forbidden, NothingAsked, TooCommon, Invalid.
    """
    require(actor, Permission.SAVE_SEARCH)
    columns = await compiled(session, criteria)
    words = None if columns["words"] is None else json.dumps(columns["words"])
    values: dict[str, Any] = {
        **columns,
        "words": words,
        "row": json.dumps({**columns, "cluster_id": str(UUID(int=0))}),
        "since": (actor.now - LOOKS_BACK).date(),
    }
    sql = PREVIEW.format(narrowed=narrowed(columns))
    found: str = (await session.execute(text(sql), _bound(sql, values))).scalar_one()
    return found


def _bound(sql: str, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f":{name} " in sql}
