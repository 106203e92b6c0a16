"""Queries of the walls between rivals. They read past row security, through functions: what a

person is kept from seeing binds them, and their company, all the same.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.domain import Ground, Held, OwnBid
from app.consortia.models import Consortium, NamedPerson, WallDecision
from app.infra.db import ListQuery, changed, hold, instant, public_id
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

DECISIONS = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("wde", "id")}, 'person_id', {public_id("per", "person_id")},
          'member_id', {public_id("mem", "member_id")}, 'lot_id', {public_id("lot", "lot_id")},
          'reason', reason, 'decided_by', {public_id("per", "decided_by")},
          'decided_at', {instant("decided_at")}, 'withdrawn_at', {instant("withdrawn_at")}
        ) AS item, ARRAY[id::text] AS keys
        FROM wall_decision WHERE cluster_id = app.cluster()""",
    order="id DESC",
    after="id < {}::uuid",
    position_length=1,
)
"""Decisions that the caller may see, newest first."""


async def lock_commitments(
    session: AsyncSession, actor: Actor, places: Sequence[UUID], *others: UUID
) -> None:
    """Let one commitment of the caller, company and person, be decided at a time in each place.

    A place is a lot, or a tender whose lots are counted together; ``others`` are companies whose
    commitments bear on the caller's. Consortia are different rows: without this, two at once
    would not see each other. To be taken after the lock of the consortium's row.
    """
    hats = (actor.member_id, actor.person_id, *others)
    await hold(
        session, *(f"commitment {actor.cluster_id} {who} {at}" for who in hats for at in places)
    )


async def held(session: AsyncSession, lots: Sequence[UUID], but: UUID | None = None) -> list[Held]:
    """What the caller, company and person, is held to on these lots, in any consortium ``but``."""
    query = text(
        "SELECT ground, lot_id FROM app.held(CAST(:lots AS uuid[]), CAST(:consortium AS uuid))"
    )
    rows = await session.execute(query, {"lots": list(lots), "consortium": but})
    return [Held(Ground(ground), lot_id) for ground, lot_id in rows]


async def own_bids(session: AsyncSession, tender_id: UUID, but: UUID | None) -> list[OwnBid]:
    """The lots that the caller's company bids for on a tender, in any consortium ``but`` one."""
    query = text(
        "SELECT lot_id, leads FROM app.own_bids(CAST(:tender AS uuid), CAST(:consortium AS uuid))"
    )
    rows = await session.execute(query, {"tender": tender_id, "consortium": but})
    return [OwnBid(lot_id, leads) for lot_id, leads in rows]


async def linked_members(session: AsyncSession) -> list[UUID]:
    """The companies that are linked to the caller's, as the coordinator or both of them say."""
    return list(await session.scalar(text("SELECT app.linked_members()")) or ())


async def walls_before(session: AsyncSession, consortium_id: UUID) -> list[Held]:
    """What keeps the caller from a consortium that they would be inside of; empty for others."""
    query = text("SELECT ground, lot_id FROM app.walls_before(:consortium)")
    rows = await session.execute(query, {"consortium": consortium_id})
    return [Held(Ground(ground), lot_id) for ground, lot_id in rows]


async def is_of_cluster(session: AsyncSession, person_id: UUID) -> bool:
    """Whether a person has a role in the caller's cluster."""
    query = text("SELECT app.has_membership(:person)")
    return bool(await session.scalar(query, {"person": person_id}))


async def works_for(session: AsyncSession, member_id: UUID) -> bool:
    """Whether the caller, the person, has a role in a company."""
    query = text("SELECT app.works_for(:member)")
    return bool(await session.scalar(query, {"member": member_id}))


async def decision(session: AsyncSession, actor: Actor, decision_id: UUID) -> WallDecision:
    """A decision that the caller may see; raises NotFound."""
    found = await session.get(WallDecision, (actor.cluster_id, decision_id))
    if found is None:
        raise NotFound
    return found


async def withdraw(
    session: AsyncSession, actor: Actor, decided: WallDecision
) -> WallDecision | None:
    """The decision no longer holds; None when it was withdrawn meanwhile."""
    statement = (
        update(WallDecision)
        .where(
            WallDecision.cluster_id == decided.cluster_id,
            WallDecision.id == decided.id,
            WallDecision.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=actor.now, withdrawn_by=actor.person_id)
    )
    return await changed(session, WallDecision, statement)


async def named_person(
    session: AsyncSession, consortium: Consortium, named_id: UUID
) -> NamedPerson:
    """Someone named on a consortium; raises NotFound."""
    found: NamedPerson | None = await session.scalar(
        _named(consortium).where(NamedPerson.id == named_id)
    )
    if found is None:
        raise NotFound
    return found


async def named_on(session: AsyncSession, actor: Actor, tender_id: UUID) -> list[UUID]:
    """The people who are named on a joint answer to a tender."""
    query = (
        select(NamedPerson.person_id)
        .join(
            Consortium,
            (Consortium.cluster_id == NamedPerson.cluster_id)
            & (Consortium.id == NamedPerson.consortium_id),
        )
        .where(
            NamedPerson.cluster_id == actor.cluster_id,
            NamedPerson.left_at.is_(None),
            Consortium.tender_id == tender_id,
        )
    )
    return list(await session.scalars(query))


async def end_naming(session: AsyncSession, actor: Actor, named: NamedPerson) -> NamedPerson | None:
    """The person is no longer named; None when it ended meanwhile."""
    statement = (
        update(NamedPerson)
        .where(
            NamedPerson.cluster_id == named.cluster_id,
            NamedPerson.id == named.id,
            NamedPerson.left_at.is_(None),
        )
        .values(left_at=actor.now)
    )
    return await changed(session, NamedPerson, statement)


def _named(consortium: Consortium) -> Select[NamedPerson]:
    return select(NamedPerson).where(
        NamedPerson.cluster_id == consortium.cluster_id,
        NamedPerson.consortium_id == consortium.id,
        NamedPerson.left_at.is_(None),
    )
