"""Following a call, and saying who would take what of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.infra.db import hold
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.tenders import domain
from app.tenders.events import InterestDeclared, TenderFollowed
from app.tenders.models import Interest, Lot, Tender
from app.tenders.service.news import begin_news, of_procedure
from app.watch import service as watch

SINGLE_LOT = "Marché unique"


@dataclass(frozen=True, slots=True)
class LotIn:
    """A lot as declared; ``estimate_cents`` is excluding tax."""

    number: str
    title: str
    cpv: tuple[str, ...] = ()
    estimate_cents: int | None = None


@dataclass(frozen=True, slots=True)
class TenderIn:
    """A tender written by hand: a private call, a call for projects."""

    title: str
    buyer: str
    deadline: domain.DeadlineIn | None
    lots: tuple[LotIn, ...]
    nature: str | None = None
    procedure: str | None = None
    concession: bool = False
    url: str | None = None


async def follow_notice(
    session: AsyncSession, actor: Actor, notice_id: UUID, several_bids: str
) -> Tender:
    """Follow a notice as a tender with its lots. Raises NotFound, Forbidden, AlreadyFollowed.

    A procedure is followed once, whichever of its notices was taken first.
    """
    require(actor, Permission.FOLLOW_TENDER)
    await clusters.require_active(session, actor)
    notice = await watch.get_notice(session, notice_id)
    await hold(session, f"following {actor.cluster_id}")
    if (there := await of_procedure(session, actor, notice_id)) is not None:
        raise domain.AlreadyFollowed(there.id)
    tender = Tender(
        cluster_id=actor.cluster_id,
        notice_id=notice.id,
        title=notice.title,
        buyer=notice.buyer,
        nature=notice.nature,
        procedure=notice.procedure,
        concession=notice.concession,
        deadline_at=notice.deadline_at,
        deadline_zone=notice.deadline_zone,
        deadline_text=notice.deadline_text,
        deadline_certain=notice.deadline_certain,
        url=notice.url,
        **_born(actor, several_bids),
    )
    lots = [
        LotIn(lot["number"], lot["title"], tuple(lot["cpv"]), lot.get("estimate_cents"))
        for lot in notice.lots
    ]
    await _store(session, actor, tender, lots)
    await begin_news(session, actor, tender, notice)
    return tender


async def write_tender(
    session: AsyncSession, actor: Actor, given: TenderIn, several_bids: str
) -> Tender:
    """Follow a call that no source carries, written by hand. Raises Forbidden."""
    require(actor, Permission.FOLLOW_TENDER)
    await clusters.require_active(session, actor)
    deadline = given.deadline
    tender = Tender(
        cluster_id=actor.cluster_id,
        notice_id=None,
        title=given.title,
        buyer=given.buyer,
        nature=given.nature,
        procedure=given.procedure,
        concession=given.concession,
        deadline_at=deadline.instant() if deadline else None,
        deadline_zone=deadline.zone if deadline else None,
        deadline_text=deadline.wall_time.isoformat() if deadline else None,
        deadline_certain=True if deadline else None,
        url=given.url,
        **_born(actor, several_bids),
    )
    return await _store(session, actor, tender, given.lots)


async def get_tender(session: AsyncSession, actor: Actor, tender_id: UUID) -> Tender:
    """A tender of the caller's cluster; raises NotFound."""
    tender = await session.get(Tender, (actor.cluster_id, tender_id))
    if tender is None:
        raise NotFound
    return tender


async def lots_of(session: AsyncSession, actor: Actor, tender_id: UUID) -> list[Lot]:
    """The lots of a tender, in the buyer's order."""
    query = select(Lot).where(Lot.cluster_id == actor.cluster_id, Lot.tender_id == tender_id)
    return list(await session.scalars(query.order_by(Lot.position)))


async def require_lot(session: AsyncSession, actor: Actor, lot_id: UUID) -> None:
    """Raise UnknownLot unless the lot is of a tender that the caller's cluster follows."""
    if await session.get(Lot, (actor.cluster_id, lot_id)) is None:
        raise domain.UnknownLot


async def declare_interest(
    session: AsyncSession,
    actor: Actor,
    tender_id: UUID,
    *,
    lot_id: UUID,
    stance: domain.Stance,
    note: str | None,
) -> Interest:
    """Say, or say anew, what the caller's company would take of a lot.

    Raises NotFound, Forbidden, UnknownLot.
    """
    await get_tender(session, actor, tender_id)
    require(actor, Permission.DECLARE_INTEREST)
    await clusters.require_active(session, actor)
    if lot_id not in {lot.id for lot in await lots_of(session, actor, tender_id)}:
        raise domain.UnknownLot
    word = {
        "person_id": actor.person_id,
        "stance": stance.value,
        "note": note,
        "declared_at": actor.now,
    }
    interest: Interest | None = await session.scalar(
        insert(Interest)
        .values(
            cluster_id=actor.cluster_id,
            id=new_id(),
            tender_id=tender_id,
            lot_id=lot_id,
            member_id=actor.member_id,
            **word,
        )
        .on_conflict_do_update(index_elements=["cluster_id", "lot_id", "member_id"], set_=word)
        .returning(Interest)
    )
    if interest is None or actor.member_id is None:
        raise NotFound
    await record_event(
        session,
        actor,
        InterestDeclared(tender_id, lot_id, actor.member_id),
        interest.id,
        detail={"stance": stance.value},
    )
    return interest


def _born(actor: Actor, several_bids: str) -> dict[str, Any]:
    return {
        "several_bids": several_bids,
        "cancelled": False,
        "followed_by": actor.person_id,
        "followed_for": actor.member_id,
        "created_at": actor.now,
        "version": 1,
    }


async def _store(
    session: AsyncSession, actor: Actor, tender: Tender, lots: Sequence[LotIn]
) -> Tender:
    session.add(tender)
    await session.flush()
    for position, lot in enumerate(lots or [LotIn("1", SINGLE_LOT)], start=1):
        session.add(
            Lot(
                cluster_id=actor.cluster_id,
                tender_id=tender.id,
                position=position,
                number=lot.number,
                title=lot.title,
                cpv=list(lot.cpv),
                estimate_cents=lot.estimate_cents,
            )
        )
    await session.flush()
    await record_event(session, actor, TenderFollowed(tender.id), tender.id)
    return tender
