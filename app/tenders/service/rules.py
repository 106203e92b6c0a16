"""What the documents of a tender say to candidates: read by people, kept with author and time."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import changed
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import PreconditionFailed
from app.tenders import domain
from app.tenders.domain import Rules
from app.tenders.events import RulesRead
from app.tenders.models import Tender, TenderRules
from app.tenders.service.following import get_tender, lots_of


async def say_rules(
    session: AsyncSession, actor: Actor, tender_id: UUID, version: int, rules: Rules
) -> Tender:
    """Say what the documents allow, forbid and ask for; said again, it replaces.

    ``version`` is the tender's. Raises NotFound, Forbidden, UnjustifiedForm,
    UnknownReservation, UnknownLot, PreconditionFailed.
    """
    await get_tender(session, actor, tender_id)
    require(actor, Permission.FOLLOW_TENDER)
    rules.check()
    known = {lot.id for lot in await lots_of(session, actor, tender_id)}
    if not known.issuperset(rules.reserved):
        raise domain.UnknownLot
    statement = (
        update(Tender)
        .where(
            Tender.cluster_id == actor.cluster_id,
            Tender.id == tender_id,
            Tender.version == version,
        )
        .values(several_bids=rules.several_bids, version=Tender.version + 1)
    )
    tender = await changed(session, Tender, statement)
    if tender is None:
        raise PreconditionFailed
    last = await _latest(session, actor, tender_id)
    said = TenderRules(
        cluster_id=actor.cluster_id,
        tender_id=tender_id,
        number=last.number + 1 if last else 1,
        person_id=actor.person_id,
        said_at=actor.now,
        **columns_of(rules),
    )
    session.add(said)
    await session.flush()
    await record_event(session, actor, RulesRead(tender_id), tender_id)
    return tender


async def rules_of(session: AsyncSession, actor: Actor, tender_id: UUID) -> Rules:
    """What is known of a tender's documents; raises NotFound."""
    tender = await get_tender(session, actor, tender_id)
    said = await _latest(session, actor, tender_id)
    if said is None:
        return Rules(several_bids=domain.SeveralBids(tender.several_bids))
    return said.rules()


def columns_of(rules: Rules) -> dict[str, Any]:
    """The same as its row has it."""
    reserved = {str(lot): sorted(kinds) for lot, kinds in rules.reserved.items()}
    shown = {one.name: getattr(rules, one.name) for one in fields(rules)}
    return {**shown, "asked": sorted(rules.asked), "reserved": reserved}


async def _latest(session: AsyncSession, actor: Actor, tender_id: UUID) -> TenderRules | None:
    query = select(TenderRules).where(
        TenderRules.cluster_id == actor.cluster_id, TenderRules.tender_id == tender_id
    )
    found: TenderRules | None = await session.scalar(
        query.order_by(TenderRules.number.desc()).limit(1)
    )
    return found
