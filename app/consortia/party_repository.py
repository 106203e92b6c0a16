"""Queries of who answers together; each starts from what the caller may see."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, Update, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.life_models import Mandate
from app.consortia.models import Consortium, Party
from app.infra.db import changed
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


async def parties(session: AsyncSession, consortium: Consortium) -> list[Party]:
    """The companies that are in by their own word, lead first, then by arrival."""
    return [one for one in await composition(session, consortium) if one.joined_at is not None]


async def holders(session: AsyncSession, consortium: Consortium) -> list[Party]:
    """Of them, those who will hold the contract."""
    return [one for one in await parties(session, consortium) if one.holds]


async def composition(session: AsyncSession, consortium: Consortium) -> list[Party]:
    """The companies that are in or invited, lead first, then by invitation."""
    query = _live(consortium).order_by(Party.role != "lead", Party.id)
    return list(await session.scalars(query))


async def ever(session: AsyncSession, consortium: Consortium) -> list[Party]:
    """Every company that was ever in or invited, in order: who left keeps its rows."""
    query = select(Party).where(
        Party.cluster_id == consortium.cluster_id, Party.consortium_id == consortium.id
    )
    return list(await session.scalars(query.order_by(Party.id)))


async def live_party(session: AsyncSession, consortium: Consortium, party_id: UUID) -> Party:
    """One company that is in or invited; raises NotFound."""
    found: Party | None = await session.scalar(_live(consortium).where(Party.id == party_id))
    if found is None:
        raise NotFound
    return found


async def companies_on(session: AsyncSession, actor: Actor, tender_id: UUID) -> list[UUID]:
    """The companies that are in a joint answer to a tender, or invited."""
    query = (
        select(Party.member_id)
        .join(
            Consortium,
            (Consortium.cluster_id == Party.cluster_id) & (Consortium.id == Party.consortium_id),
        )
        .where(
            Party.cluster_id == actor.cluster_id,
            Party.left_at.is_(None),
            Party.member_id.is_not(None),
            Consortium.tender_id == tender_id,
        )
    )
    return [one for one in await session.scalars(query) if one is not None]


async def join(session: AsyncSession, party: Party, actor: Actor) -> Party | None:
    """The invited company comes in; None when the invitation has had its answer meanwhile."""
    statement = _changing(party).where(Party.joined_at.is_(None))
    return await changed(
        session, Party, statement.values(joined_at=actor.now, joined_by=actor.person_id)
    )


async def hold_invitation(session: AsyncSession, party: Party) -> bool:
    """Take the row of an unanswered invitation; False when it has had its answer meanwhile."""
    query = select(Party.id).where(
        Party.cluster_id == party.cluster_id,
        Party.id == party.id,
        Party.joined_at.is_(None),
        Party.left_at.is_(None),
    )
    return await session.scalar(query.with_for_update()) is not None


async def end_invitation(session: AsyncSession, party: Party, at: datetime) -> Party | None:
    """The invitation is over; None when it has had its answer meanwhile."""
    statement = _changing(party).where(Party.joined_at.is_(None))
    return await changed(session, Party, statement.values(left_at=at))


async def leave(session: AsyncSession, party: Party, at: datetime) -> Party | None:
    """The company leaves; None when it has left meanwhile."""
    return await changed(session, Party, _changing(party).values(left_at=at))


async def mandates_on(session: AsyncSession, consortium: Consortium, day: date) -> list[Mandate]:
    """What companies let the lead sign on a day."""
    found = await session.scalars(
        select(Mandate)
        .where(
            Mandate.cluster_id == consortium.cluster_id,
            Mandate.consortium_id == consortium.id,
            Mandate.ended_at.is_(None),
            Mandate.valid_from <= day,
            or_(Mandate.valid_until.is_(None), Mandate.valid_until >= day),
        )
        .order_by(Mandate.id)
    )
    return list(found)


def _live(consortium: Consortium) -> Select[Party]:
    return select(Party).where(
        Party.cluster_id == consortium.cluster_id,
        Party.consortium_id == consortium.id,
        Party.left_at.is_(None),
    )


def _changing(party: Party) -> Update:
    return update(Party).where(
        Party.cluster_id == party.cluster_id, Party.id == party.id, Party.left_at.is_(None)
    )
