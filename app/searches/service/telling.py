"""What there is to tell of searches: what they found since when, and who took on which notice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.journal.service import publish_all
from app.kernel.actor import Actor
from app.searches.events import SearchMatched

# What a batch is adding to at this moment is left to the job that the batch asks for.
DUE = text("""
    WITH due AS MATERIALIZED (
      SELECT search_id FROM search_news WHERE cluster_id = :cluster FOR UPDATE SKIP LOCKED),
    told AS (
      DELETE FROM search_news n USING due
      WHERE n.cluster_id = :cluster AND n.search_id = due.search_id
      RETURNING n.cluster_id, n.search_id, n.since)
    SELECT s.id, told.since, s.member_id FROM told
    JOIN saved_search s ON s.cluster_id = told.cluster_id AND s.id = told.search_id
    WHERE s.ended_at IS NULL ORDER BY s.id
""")

FOUND = text("""
    SELECT m.id, m.notice_id, m.matched_at, m.member_id, ARRAY(
      SELECT d.holder FROM match_decision d WHERE d.cluster_id = m.cluster_id
        AND d.match_id = m.id AND d.state = 'dismissed') AS dismissed
    FROM unnest(CAST(:searches AS uuid[]), CAST(:sinces AS timestamptz[])) AS news (id, since)
    JOIN saved_search s ON s.cluster_id = :cluster AND s.id = news.id AND s.ended_at IS NULL
    JOIN search_match m ON m.cluster_id = s.cluster_id AND m.search_id = s.id
      AND m.matched_at >= news.since AND m.lapsed_at IS NULL AND NOT m.silent
    ORDER BY m.id
""")

ASSIGNED = text("""
    SELECT DISTINCT m.notice_id, d.member_id, d.assigned_to FROM search_match m
    JOIN match_decision d ON d.cluster_id = m.cluster_id AND d.match_id = m.id
    WHERE m.cluster_id = :cluster AND m.notice_id = ANY(CAST(:notices AS uuid[]))
      AND d.state = 'assigned'
""")


@dataclass(frozen=True, slots=True)
class Found:
    """A match that is news, of a company's search or of the cluster's (``member_id`` is null).

    ``dismissed_by`` are the holders who put it aside (see models).
    """

    id: UUID
    notice_id: UUID
    matched_at: datetime
    member_id: UUID | None
    dismissed_by: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who took on a notice, for which company; None: for the cluster itself."""

    notice_id: UUID
    member_id: UUID | None
    person_id: UUID


async def clusters_to_tell(session: AsyncSession) -> list[UUID]:
    """The clusters in which a search found something that nobody was told; a job's question."""
    return list(await session.scalars(text("SELECT app.clusters_to_tell()")))


async def tell(session: AsyncSession, actor: Actor) -> int:
    """Announce each search of the cluster that found something since the last time; how many."""
    found = await session.execute(DUE, {"cluster": actor.cluster_id})
    told = [(SearchMatched(search_id, since), member_id) for search_id, since, member_id in found]
    await publish_all(session, actor, told)
    return len(told)


async def found_since(
    session: AsyncSession, actor: Actor, news: Sequence[tuple[UUID, datetime]]
) -> list[Found]:
    """What searches came to find from an instant on, each its own, and ask for still."""
    values = {
        "cluster": actor.cluster_id,
        "searches": [search_id for search_id, _ in news],
        "sinces": [since for _, since in news],
    }
    found = await session.execute(FOUND, values)
    return [
        Found(one.id, one.notice_id, one.matched_at, one.member_id, frozenset(one.dismissed))
        for one in found
    ]


async def clusters_with_assigned(
    session: AsyncSession, notice_ids: Iterable[UUID]
) -> list[tuple[UUID, UUID]]:
    """Clusters in which someone took on one of these notices, with it; a job's question."""
    asked = text("SELECT * FROM app.assigned(CAST(:notices AS uuid[]))")
    return [(row[0], row[1]) for row in await session.execute(asked, {"notices": [*notice_ids]})]


async def assignments(
    session: AsyncSession, actor: Actor, notice_ids: Sequence[UUID]
) -> list[Assignment]:
    """Who took on these notices. A job's question: no side is told of another's."""
    values = {"cluster": actor.cluster_id, "notices": [*notice_ids]}
    return [Assignment(*row) for row in await session.execute(ASSIGNED, values)]
