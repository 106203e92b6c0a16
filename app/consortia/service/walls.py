"""The coordinator lets a person or a company through the wall between rivals, lot by lot."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.consortia import domain, wall_repository
from app.consortia.models import WallDecision
from app.infra.db import add_or_refuse
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.tenders import service as tenders


async def decide_wall(
    session: AsyncSession,
    actor: Actor,
    *,
    person_id: UUID | None,
    member_id: UUID | None,
    lot_id: UUID,
    reason: str,
) -> WallDecision:
    """Let a person, or a company, into rival consortia on one lot.

    It names no consortium, so that it tells of none. Raises Forbidden, OwnDecision, UnknownPerson,
    UnknownMember, UnknownLot, AlreadyDecided.
    """
    require(actor, Permission.DECIDE_WALL)
    await tenders.require_lot(session, actor, lot_id)
    if person_id is not None and not await wall_repository.is_of_cluster(session, person_id):
        raise domain.UnknownPerson
    if member_id is not None:
        await clusters.active_members(session, actor, {member_id})
    decided = WallDecision(
        cluster_id=actor.cluster_id,
        person_id=person_id,
        member_id=member_id,
        lot_id=lot_id,
        reason=reason,
        decided_by=actor.person_id,
        decided_at=actor.now,
    )
    await _require_two_persons(session, actor, decided)
    await add_or_refuse(session, decided, domain.AlreadyDecided)
    await record(session, actor, "wall.decided", decided.id)
    return decided


async def withdraw_decision(session: AsyncSession, actor: Actor, decision_id: UUID) -> WallDecision:
    """A decision no longer holds: the wall is there again, from the next request on.

    Raises NotFound, Forbidden, OwnDecision, DecisionWithdrawn.
    """
    decided = await wall_repository.decision(session, actor, decision_id)
    require(actor, Permission.DECIDE_WALL)
    await _require_two_persons(session, actor, decided)
    withdrawn = await wall_repository.withdraw(session, actor, decided)
    if withdrawn is None:
        raise domain.DecisionWithdrawn
    await record(session, actor, "wall.decision_withdrawn", decision_id)
    return withdrawn


async def _require_two_persons(session: AsyncSession, actor: Actor, decided: WallDecision) -> None:
    """Nobody decides on themselves, nor on a company that they work for."""
    own = decided.person_id == actor.person_id
    if decided.member_id is not None:
        own = await wall_repository.works_for(session, decided.member_id)
    if own:
        raise domain.OwnDecision
