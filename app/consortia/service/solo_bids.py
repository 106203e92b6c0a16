"""A company answers a lot alone, by its own word."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.consortia import domain
from app.consortia.service.conflicts import may_answer
from app.consortia.solo_models import SoloBid
from app.infra.db import add_or_refuse, changed
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.tenders import service as tenders
from app.tenders.domain import UnknownLot


async def record_solo_bid(
    session: AsyncSession, actor: Actor, tender_id: UUID, lot_id: UUID
) -> tuple[SoloBid, list[str]]:
    """Say that the caller's company answers a lot alone; warnings come with it.

    Raises NotFound, Forbidden, MemberNotActive, UnknownLot, AlreadyBidsAlone, and what
    ``may_answer`` refuses (``domain.BIDDING_ALONE``).
    """
    await tenders.get_tender(session, actor, tender_id)
    require(actor, Permission.COMMIT_COMPANY)
    await clusters.require_active(session, actor)
    if lot_id not in {lot.id for lot in await tenders.lots_of(session, actor, tender_id)}:
        raise UnknownLot
    if await _standing(session, actor, lot_id):
        raise domain.AlreadyBidsAlone
    warnings = await may_answer(session, actor, tender_id, [lot_id], domain.BIDDING_ALONE)
    bid = SoloBid(
        cluster_id=actor.cluster_id,
        tender_id=tender_id,
        lot_id=lot_id,
        member_id=actor.member_id,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, bid, domain.AlreadyBidsAlone)
    # Without its lot: who reads the trail of the cluster does not see who bids alone for what.
    await record(session, actor, "solo_bid.recorded", bid.id)
    return bid, warnings


async def withdraw_solo_bid(
    session: AsyncSession, actor: Actor, tender_id: UUID, solo_bid_id: UUID
) -> SoloBid:
    """The company no longer answers alone: it is free to answer with others.

    Raises NotFound, Forbidden, SoloBidWithdrawn.
    """
    bid = await session.get(SoloBid, (actor.cluster_id, solo_bid_id))
    if bid is None or bid.tender_id != tender_id:
        raise NotFound
    require(actor, Permission.COMMIT_COMPANY)
    withdrawn = await changed(
        session,
        SoloBid,
        update(SoloBid)
        .where(
            SoloBid.cluster_id == bid.cluster_id,
            SoloBid.id == bid.id,
            SoloBid.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=actor.now, withdrawn_by=actor.person_id),
    )
    if withdrawn is None:
        raise domain.SoloBidWithdrawn
    await record(session, actor, "solo_bid.withdrawn", bid.id)
    return withdrawn


async def _standing(session: AsyncSession, actor: Actor, lot_id: UUID) -> bool:
    query = select(SoloBid.id).where(
        SoloBid.cluster_id == actor.cluster_id,
        SoloBid.member_id == actor.member_id,
        SoloBid.lot_id == lot_id,
        SoloBid.withdrawn_at.is_(None),
    )
    return await session.scalar(query) is not None
