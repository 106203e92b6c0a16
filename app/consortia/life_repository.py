"""Queries of what befell a joint answer."""

from uuid import UUID

from sqlalchemy import Exists, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.life_models import Application, CompositionChange, Failure, Round, Succession
from app.consortia.models import Consortium, Party, Submission
from app.infra.db import changed
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


async def frozen(session: AsyncSession, consortium: Consortium) -> bool:
    """Whether an application or a bid is out: the composition is frozen (R2142-26)."""
    out = or_(_any(Application, consortium), _any(Submission, consortium))
    return bool(await session.scalar(select(out)))


async def applied(session: AsyncSession, consortium: Consortium) -> bool:
    """Whether an application of its own went out before the bid."""
    return bool(await session.scalar(select(_any(Application, consortium))))


def _any(table: type[Application | Submission], consortium: Consortium) -> Exists:
    return exists().where(
        table.cluster_id == consortium.cluster_id, table.consortium_id == consortium.id
    )


async def last_round(session: AsyncSession, consortium: Consortium) -> Round | None:
    """The newest round; none before the first bid is out."""
    query = select(Round).where(
        Round.cluster_id == consortium.cluster_id, Round.consortium_id == consortium.id
    )
    found: Round | None = await session.scalar(query.order_by(Round.number.desc()).limit(1))
    return found


async def failed(session: AsyncSession, consortium: Consortium) -> set[UUID]:
    """The parties that dropped out, whether or not the buyer let them be replaced."""
    query = select(Failure.party_id).where(
        Failure.cluster_id == consortium.cluster_id, Failure.consortium_id == consortium.id
    )
    return set(await session.scalars(query))


async def let_in(session: AsyncSession, party: Party) -> bool:
    """Whether the buyer accepted that this company comes into a frozen composition."""
    change = exists().where(
        CompositionChange.cluster_id == party.cluster_id,
        CompositionChange.joining_id == party.id,
    )
    return bool(await session.scalar(select(change)))


async def succession(
    session: AsyncSession, consortium: Consortium, succession_id: UUID
) -> Succession:
    """An offer of the lead's place; raises NotFound."""
    found = await session.get(Succession, (consortium.cluster_id, succession_id))
    if found is None or found.consortium_id != consortium.id:
        raise NotFound
    return found


async def take(session: AsyncSession, actor: Actor, offer: Succession) -> Succession | None:
    """The offer is taken; None when it was taken meanwhile."""
    statement = (
        update(Succession)
        .where(
            Succession.cluster_id == offer.cluster_id,
            Succession.id == offer.id,
            Succession.taken_at.is_(None),
        )
        .values(taken_at=actor.now, taken_by=actor.person_id)
    )
    return await changed(session, Succession, statement)


async def hand_over(
    session: AsyncSession, consortium: Consortium, offer: Succession, successor: Party
) -> None:
    """The lead becomes a co-contractor and the successor the lead, in this order."""
    await session.execute(
        update(Consortium)
        .where(Consortium.cluster_id == consortium.cluster_id, Consortium.id == consortium.id)
        .values(lead_member_id=successor.member_id)
    )
    for party_id, role in ((offer.from_id, "co_contractor"), (offer.to_id, "lead")):
        await session.execute(
            update(Party)
            .where(Party.cluster_id == consortium.cluster_id, Party.id == party_id)
            .values(role=role)
        )
