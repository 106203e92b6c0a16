"""Queries of a joint answer by name; each starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain
from app.consortia.models import (
    Agreement,
    Approval,
    Award,
    AwardPart,
    Consortium,
    ConsortiumLot,
    Party,
    Receipt,
    Submission,
)
from app.consortia.wall_repository import walls_before
from app.infra.db import changed
from app.kernel.actor import Actor
from app.kernel.errors import NotFound, PreconditionFailed


async def load(session: AsyncSession, actor: Actor, consortium_id: UUID) -> Consortium:
    """A consortium that the caller may see.

    Raises NotFound, and to who would be inside but for the wall SawRivalPrices, ColleagueInRival.
    """
    found = await session.get(Consortium, (actor.cluster_id, consortium_id))
    if found is None:
        domain.require_free(await walls_before(session, consortium_id), domain.SHUT)
        raise NotFound
    return found


async def lock(
    session: AsyncSession, actor: Actor, consortium_id: UUID, version: int | None = None
) -> Consortium:
    """Take the consortium for a change: its version moves, and others wait.

    The UPDATE is the lock and the ETag in one; it is right at every isolation level. Raises
    PreconditionFailed when ``version`` is given and no longer current.
    """
    statement = (
        update(Consortium)
        .where(Consortium.cluster_id == actor.cluster_id, Consortium.id == consortium_id)
        .values(version=Consortium.version + 1)
    )
    if version is not None:
        statement = statement.where(Consortium.version == version)
    found = await changed(session, Consortium, statement)
    if found is None:
        raise PreconditionFailed
    return found


async def lot_ids(session: AsyncSession, consortium: Consortium) -> list[UUID]:
    """The lots that the consortium answers."""
    query = select(ConsortiumLot.lot_id).where(
        ConsortiumLot.cluster_id == consortium.cluster_id,
        ConsortiumLot.consortium_id == consortium.id,
    )
    return list(await session.scalars(query.order_by(ConsortiumLot.id)))


async def current_agreement(session: AsyncSession, consortium: Consortium) -> Agreement | None:
    """The agreement that is proposed or reached."""
    found: Agreement | None = await session.scalar(
        select(Agreement).where(
            Agreement.cluster_id == consortium.cluster_id,
            Agreement.consortium_id == consortium.id,
            Agreement.withdrawn_at.is_(None),
        )
    )
    return found


async def lapse(session: AsyncSession, actor: Actor, consortium: Consortium) -> None:
    """What was proposed or agreed gives way, and stays on record."""
    agreement = await current_agreement(session, consortium)
    if agreement is not None:
        agreement.withdrawn_at = actor.now


async def approvals(session: AsyncSession, agreement: Agreement) -> list[Approval]:
    """Who has approved, in order."""
    query = select(Approval).where(
        Approval.cluster_id == agreement.cluster_id, Approval.agreement_id == agreement.id
    )
    return list(await session.scalars(query.order_by(Approval.approved_at, Approval.id)))


async def awards(session: AsyncSession, consortium: Consortium) -> list[Award]:
    """The outcomes known so far, without those taken back."""
    query = select(Award).where(
        Award.cluster_id == consortium.cluster_id,
        Award.consortium_id == consortium.id,
        Award.reversed_at.is_(None),
    )
    return list(await session.scalars(query.order_by(Award.id)))


async def received(session: AsyncSession, award_id: UUID, party: Party) -> int:
    """What a party has received on an award so far, in cents; reversals count against it."""
    query = select(func.coalesce(func.sum(Receipt.amount_cents), 0)).where(
        Receipt.cluster_id == party.cluster_id,
        Receipt.award_id == award_id,
        Receipt.party_id == party.id,
    )
    return int(await session.scalar(query) or 0)


async def received_in_all(session: AsyncSession, award: Award) -> int:
    """What all parties together have received on an award, in cents."""
    query = select(func.coalesce(func.sum(Receipt.amount_cents), 0)).where(
        Receipt.cluster_id == award.cluster_id, Receipt.award_id == award.id
    )
    return int(await session.scalar(query) or 0)


async def lots_won(session: AsyncSession, actor: Actor, tender_id: UUID) -> set[UUID]:
    """The lots of a tender that the caller's company has won, as a holder."""
    query = (
        select(Award.lot_id)
        .join(
            Consortium,
            (Consortium.cluster_id == Award.cluster_id) & (Consortium.id == Award.consortium_id),
        )
        .join(
            Party,
            (Party.cluster_id == Consortium.cluster_id) & (Party.consortium_id == Consortium.id),
        )
        .where(
            Award.cluster_id == actor.cluster_id,
            Consortium.tender_id == tender_id,
            Award.outcome == domain.Outcome.WON,
            Award.reversed_at.is_(None),
            Party.member_id == actor.member_id,
            Party.role.in_(domain.HOLDERS),
            Party.joined_at.is_not(None),
            Party.left_at.is_(None),
        )
    )
    return set(await session.scalars(query))


async def take_back(session: AsyncSession, actor: Actor, award: Award, reason: str) -> Award | None:
    """The outcome no longer stands; None when it was taken back meanwhile."""
    statement = (
        update(Award)
        .where(
            Award.cluster_id == award.cluster_id,
            Award.id == award.id,
            Award.reversed_at.is_(None),
        )
        .values(reversed_at=actor.now, reversed_by=actor.person_id, reversal_reason=reason)
    )
    return await changed(session, Award, statement)


async def award_parts(session: AsyncSession, award: Award) -> dict[UUID, int]:
    """Each party's part of an awarded lot, in cents; empty when it has no amount."""
    query = select(AwardPart.party_id, AwardPart.amount_cents).where(
        AwardPart.cluster_id == award.cluster_id, AwardPart.award_id == award.id
    )
    return dict(row for row in await session.execute(query))


async def submission(session: AsyncSession, consortium: Consortium) -> Submission | None:
    """The bid as handed in last."""
    found: Submission | None = await session.scalar(
        select(Submission)
        .where(
            Submission.cluster_id == consortium.cluster_id,
            Submission.consortium_id == consortium.id,
        )
        .order_by(Submission.round.desc())
        .limit(1)
    )
    return found
