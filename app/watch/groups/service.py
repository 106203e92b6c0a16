"""Use cases of groups: joined by their sources, proposed to people, decided by a cluster."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.watch.groups.domain import PROCEDURE, Link, alike, roots
from app.watch.groups.models import NoticePair, PairDecision

MAX_PROPOSED = 5
"""Pairs proposed for one notice: whoever has more of them publishes its lots one by one."""

TED_NUMBER = "^[0-9]{3,9}-(19|20)[0-9]{2}$"
"""A publication number of TED, which other sources quote; shorter ones are numbers of theirs."""


PROCEDURE_ID = f"^{PROCEDURE.pattern.replace('?:', '')}$"
"""What numbers a procedure in all sources, as PostgreSQL writes it."""


def _names(later: str, earlier: str) -> str:
    """SQL: that a notice adds to an earlier one, which it names.

    Not when they name procedures, and different ones: what announces a year is named by all that
    follows it.
    """
    return f"""{later}.kind IN ('correction', 'cancellation', 'award') AND {earlier}.kind <> 'other'
      AND coalesce({later}.procedure_id = {earlier}.procedure_id, true)
      AND ({later}.source = {earlier}.source
        OR {earlier}.source = 'ted' AND {earlier}.source_id ~ '{TED_NUMBER}')"""


# OFFSET fences what is looked up for each: by an index, however small the table was just before.
LINKS = text(f"""
    WITH fresh AS MATERIALIZED (
      SELECT id, coalesce(group_id, id) AS key, source, source_id, kind, procedure_id, follows
      FROM notice WHERE id = ANY(:ids))
    SELECT n.key, coalesce(e.group_id, e.id) FROM fresh n CROSS JOIN LATERAL (
      SELECT * FROM notice o WHERE o.procedure_id = n.procedure_id OFFSET 0) e
    WHERE e.id <> n.id AND (e.source = n.source OR n.procedure_id ~ '{PROCEDURE_ID}')
    UNION
    SELECT n.key, coalesce(e.group_id, e.id) FROM fresh n
    CROSS JOIN unnest(n.follows) AS number CROSS JOIN LATERAL (
      SELECT * FROM notice o
      WHERE o.source = ANY (ARRAY[n.source, 'ted']) AND o.source_id = number OFFSET 0) e
    WHERE {_names("n", "e")}
    UNION
    SELECT n.key, coalesce(e.group_id, e.id)
    FROM notice e JOIN fresh n ON n.source_id = ANY(e.follows)
    WHERE e.follows <> '{{}}' AND e.follows && CAST(:numbers AS text[]) AND {_names("e", "n")}
""")

REGROUP = text("SELECT app.regroup(CAST(:keys AS uuid[]), CAST(:roots AS uuid[]))")

# Of one buyer, due on one day in Paris, not yet one group. Of the past nobody needs to be asked.
CANDIDATES = text("""
    SELECT n.id, n.title, o.id, o.title,
      coalesce(left(n.buyer_siret, 9) = left(o.buyer_siret, 9), false) AS by_number,
      n.deadline_at = o.deadline_at
    FROM notice n
    CROSS JOIN LATERAL date_trunc('day', n.deadline_at, 'Europe/Paris') AS day
    JOIN notice o ON o.deadline_at >= day AND o.deadline_at < day + interval '1 day'
      AND o.id <> n.id AND o.kind IN ('call', 'correction')
      AND coalesce(o.group_id, o.id) <> coalesce(n.group_id, n.id)
    WHERE n.id = ANY(:ids) AND n.kind IN ('call', 'correction') AND n.deadline_at > :at
      AND CASE WHEN n.buyer_siret IS NULL OR o.buyer_siret IS NULL
        THEN app.fold(n.buyer) = app.fold(o.buyer)
        ELSE left(n.buyer_siret, 9) = left(o.buyer_siret, 9) END
    ORDER BY n.id, o.id
""")


async def group(session: AsyncSession, fresh: Iterable[tuple[UUID, str]]) -> None:
    """Join notices just stored, given with their numbers, to the groups of their procedures.

    Held by one import at a time, so that no two miss each other's notices.
    """
    given = list(fresh)
    values = {"ids": [one for one, _ in given], "numbers": [number for _, number in given]}
    linked = roots(Link(row[0], row[1]) for row in await session.execute(LINKS, values))
    if linked:
        await session.execute(REGROUP, {"keys": list(linked), "roots": list(linked.values())})


async def propose(session: AsyncSession, notice_ids: list[UUID], at: datetime) -> int:
    """Propose what looks like one procedure with these notices, as of an instant; how many.

    Idempotent. By buyer, title and deadline: what people decide of it is each cluster's.
    """
    rows = await session.execute(CANDIDATES, {"ids": notice_ids, "at": at})
    found: list[tuple[float, UUID, UUID, dict[str, object]]] = []
    for one, title, other, title_too, by_number, to_the_second in rows:
        if share := alike(title, title_too):
            first, second = sorted((one, other))
            why: dict[str, object] = {
                "buyer": "number" if by_number else "name",
                "title": round(share, 2),
                "deadline": "instant" if to_the_second else "day",
            }
            found.append((-share, first, second, why))
    count: Counter[UUID] = Counter()
    pairs: dict[tuple[UUID, UUID], dict[str, object]] = {}
    for _, first, second, why in sorted(found, key=lambda one: one[:3]):
        if max(count[first], count[second]) < MAX_PROPOSED and (first, second) not in pairs:
            pairs[first, second] = why
            count.update((first, second))
    if not pairs:
        return 0
    made = insert(NoticePair).values(
        [
            {"id": new_id(), "notice_id": first, "other_id": second, "why": why, "found_at": at}
            for (first, second), why in pairs.items()
        ]
    )
    fresh = await session.scalars(made.on_conflict_do_nothing().returning(NoticePair.id))
    return len(list(fresh))


async def decide(session: AsyncSession, actor: Actor, pair_id: UUID, *, same: bool) -> PairDecision:
    """Say for the caller's cluster whether a pair is one procedure; said again, it replaces.

    Raises NotFound, Forbidden.
    """
    if await session.get(NoticePair, pair_id) is None:
        raise NotFound
    require(actor, Permission.JOIN_NOTICES)
    word = {"same": same, "decided_by": actor.person_id, "decided_at": actor.now}
    decision: PairDecision = await session.scalar(  # type: ignore[assignment]
        insert(PairDecision)
        .values(cluster_id=actor.cluster_id, pair_id=pair_id, **word)
        .on_conflict_do_update(index_elements=["cluster_id", "pair_id"], set_=word)
        .returning(PairDecision)
        .execution_options(populate_existing=True)
    )
    action = "notices.joined" if same else "notices.parted"
    await record(session, actor, action, pair_id)
    return decision
