"""Matching: new notices against all searches, a new search against the notices of late."""

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import hold
from app.kernel.actor import Actor
from app.searches.domain import LOOKS_BACK, MAX_FOUND_AT_ONCE
from app.searches.models import SavedSearch
from app.searches.narrowing import narrowed

TURN = "matching"
"""Held by who matches: batches of notices together, a changed search alone. So no batch that read
a search as it was writes after the search was matched as it is."""

MATCH = text("SELECT app.match(CAST(:notices AS uuid[]), :at)")

FIND = f"""
    WITH written AS (
      INSERT INTO search_match AS known (cluster_id, id, search_id, member_id, notice_id,
        matched_at, silent)
      SELECT s.cluster_id, md5(s.id::text || n.id)::uuid, s.id, s.member_id, n.id, :at,
        n.updated_at < s.updated_at
      FROM notice n, saved_search s
      LEFT JOIN member c ON c.cluster_id = s.cluster_id AND c.id = s.member_id
      WHERE s.cluster_id = :cluster AND s.id = :search
        AND (s.member_id IS NULL OR c.state IN ('active', 'suspended'))
        AND n.published_on >= CAST(:since AS date)
        AND (n.deadline_at IS NULL OR n.deadline_at > :at) {{narrowed}} AND app.fits(n, s, :at)
      ORDER BY n.published_on DESC, n.id DESC LIMIT {MAX_FOUND_AT_ONCE}
      ON CONFLICT (cluster_id, search_id, notice_id) DO UPDATE
        SET lapsed_at = NULL, silent = true WHERE known.lapsed_at IS NOT NULL
      RETURNING silent)
    INSERT INTO search_news AS due (cluster_id, search_id, since) SELECT :cluster, :search, :at
    WHERE EXISTS (SELECT FROM written WHERE NOT silent)
    ON CONFLICT (cluster_id, search_id) DO UPDATE SET since = least(due.since, excluded.since)
"""

LAPSE = text("""
    UPDATE search_match m SET lapsed_at = :at FROM saved_search s, notice n
    WHERE m.cluster_id = :cluster AND m.search_id = :search AND m.lapsed_at IS NULL
      AND s.cluster_id = m.cluster_id AND s.id = m.search_id AND n.id = m.notice_id
      AND app.fits(n, s, :at) IS NOT TRUE
""")


async def match_notices(session: AsyncSession, notice_ids: list[UUID], at: datetime) -> int:
    """Match notices with the searches of all clusters; how many searches have news to be told.

    The job role's act, in no cluster: PostgreSQL does it, and names nothing. Idempotent. What is
    worth an alert alone is matched: published in the last 90 days, and not past its deadline. A
    match that the notice's new version no longer fits is kept, and marked.
    """
    await hold(session, TURN, shared=True)
    return await session.scalar(MATCH, {"notices": notice_ids, "at": at}) or 0


async def match_search(session: AsyncSession, actor: Actor, search_id: UUID) -> None:
    """Match a search that was made or changed with the notices of the last 90 days still open.

    Idempotent. What was there before it is there to be seen, and announced to nobody; what came
    since, while this job waited, is due to be told.
    """
    await hold(session, TURN)
    search = await session.get(SavedSearch, (actor.cluster_id, search_id))
    if search is None or search.ended_at is not None:
        return
    columns = {name: getattr(search, name) for name in ("words", "cpv", "departments", "natures")}
    bound = {**columns, "nuts": search.nuts}
    bound["words"] = None if search.words is None else json.dumps(search.words)
    values = {
        "cluster": actor.cluster_id,
        "search": search_id,
        "at": actor.now,
    }
    await session.execute(LAPSE, values)
    sql = FIND.format(narrowed=narrowed(columns))
    given = {name: value for name, value in bound.items() if f":{name} " in sql}
    since = (actor.now - LOOKS_BACK).date()
    await session.execute(text(sql), {**values, **given, "kinds": search.kinds, "since": since})
