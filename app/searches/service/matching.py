"""Matching: new notices against all searches, a new search against the notices of late."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import hold
from app.journal.service import publish_all
from app.kernel.actor import Actor
from app.searches.domain import LOOKS_BACK, MAX_FOUND_AT_ONCE
from app.searches.events import SearchMatched
from app.searches.models import SavedSearch, SearchMatch
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
    INSERT INTO search_news (cluster_id, search_id) SELECT :cluster, :search
    WHERE EXISTS (SELECT FROM written WHERE NOT silent) ON CONFLICT DO NOTHING
"""

LAPSE = text("""
    UPDATE search_match m SET lapsed_at = :at FROM saved_search s, notice n
    WHERE m.cluster_id = :cluster AND m.search_id = :search AND m.lapsed_at IS NULL
      AND s.cluster_id = m.cluster_id AND s.id = m.search_id AND n.id = m.notice_id
      AND app.fits(n, s, :at) IS NOT TRUE
""")

TOLD = text("""
    WITH told AS (
      DELETE FROM search_news WHERE cluster_id = :cluster RETURNING cluster_id, search_id)
    SELECT s.id, s.member_id FROM told
    JOIN saved_search s ON s.cluster_id = told.cluster_id AND s.id = told.search_id
    WHERE s.ended_at IS NULL ORDER BY s.id
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


async def clusters_to_tell(session: AsyncSession) -> list[UUID]:
    """The clusters in which a search found something that nobody was told; a job's question."""
    return list(await session.scalars(text("SELECT app.clusters_to_tell()")))


async def tell(session: AsyncSession, actor: Actor) -> int:
    """Announce each search of the cluster that found something since the last time; how many."""
    found = await session.execute(TOLD, {"cluster": actor.cluster_id})
    told = [(SearchMatched(search_id), member_id) for search_id, member_id in found]
    await publish_all(session, actor, told)
    return len(told)


@dataclass(frozen=True, slots=True)
class Announced:
    """What a search was announced for: whose it is, and the matches that came of late."""

    member_id: UUID | None
    matches: tuple[SearchMatch, ...]


async def announced(
    session: AsyncSession, actor: Actor, search_id: UUID, since: datetime
) -> Announced | None:
    """What a search came to find from an instant on, and finds still; None when it has ended."""
    search = await session.get(SavedSearch, (actor.cluster_id, search_id))
    if search is None or search.ended_at is not None:
        return None
    found = await session.scalars(
        select(SearchMatch)
        .where(
            SearchMatch.cluster_id == actor.cluster_id,
            SearchMatch.search_id == search_id,
            SearchMatch.matched_at >= since,
            SearchMatch.lapsed_at.is_(None),
            SearchMatch.silent.is_(False),
        )
        .order_by(SearchMatch.id)
    )
    return Announced(search.member_id, tuple(found))
