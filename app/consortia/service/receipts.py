"""The money that came in."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, party_repository, repository, split_repository
from app.consortia.access import own_party
from app.consortia.domain import Outcome
from app.consortia.events import ReceiptRecorded
from app.consortia.models import Award, Consortium, Party, Receipt
from app.consortia.service.execution import opened
from app.contributions import service as contributions
from app.infra.db import add_or_refuse
from app.journal.service import publish, record
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.days import not_in_future
from app.kernel.errors import Invalid, NotFound


async def record_receipt(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    lot_id: UUID,
    party_id: UUID,
    amount_cents: int,
    received_on: date,
    reference: str,
    beyond_part: bool = False,
    by_contract: bool = False,
) -> Receipt:
    """Record money that a party received on a lot, excluding tax: its contribution falls due.

    The party itself records it, or the lead. ``beyond_part`` confirms that more comes in than
    the awarded part; ``by_contract``: the parts of a contract took its place. Raises NotFound,
    NotParty, NotYourPart, UnknownParty, NotAwarded, NoPart, BeyondPart, ReceiptExists, Invalid.
    """
    party = await _speaking_for(session, actor, consortium_id, party_id)
    not_in_future(received_on, actor.now.date(), "/received_on")
    consortium = await repository.lock(session, actor, consortium_id)
    won = await _won_award(session, consortium, lot_id)
    if not by_contract:
        await _check_against_award(
            session, won, party, received_on, None if beyond_part else amount_cents
        )
    receipt = Receipt(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        award_id=won.id,
        party_id=party_id,
        amount_cents=amount_cents,
        received_on=received_on,
        reference=reference,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, receipt, domain.ReceiptExists)
    await _charge(session, actor, receipt, lot_id, party)
    return receipt


async def reverse_receipt(
    session: AsyncSession, actor: Actor, consortium_id: UUID, receipt_id: UUID
) -> Receipt:
    """Take a receipt back by its opposite: its charge is taken back at the rate it had.

    Raises NotFound, NotParty, NotYourPart, AlreadyReversed.
    """
    consortium = await repository.load(session, actor, consortium_id)
    wrong = await session.get(Receipt, (actor.cluster_id, receipt_id))
    if wrong is None or wrong.consortium_id != consortium.id:
        raise NotFound
    party = await _speaking_for(session, actor, consortium_id, wrong.party_id)
    await repository.lock(session, actor, consortium_id)
    if wrong.reverses is not None:
        raise domain.AlreadyReversed
    award = await session.get_one(Award, (actor.cluster_id, wrong.award_id))
    receipt = Receipt(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        award_id=wrong.award_id,
        party_id=wrong.party_id,
        amount_cents=-wrong.amount_cents,
        received_on=wrong.received_on,
        reference=wrong.reference,
        reverses=wrong.id,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, receipt, domain.AlreadyReversed)
    await opened(session, actor, consortium_id)
    await _charge(session, actor, receipt, award.lot_id, party)
    return receipt


async def _speaking_for(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID
) -> Party:
    consortium = await repository.load(session, actor, consortium_id)
    # Who left is still paid for what it did, and speaks no more.
    ever = [one for one in await party_repository.ever(session, consortium) if one.joined_at]
    own = own_party(actor, [one for one in ever if not one.left_at], Permission.RECORD_RECEIPT)
    party = next((one for one in ever if one.id == party_id), None)
    if party is None:
        raise domain.UnknownParty
    if own.id != party_id and consortium.lead_member_id != actor.member_id:
        raise domain.NotYourPart
    return party


async def _check_against_award(
    session: AsyncSession, award: Award, party: Party, day: date, adding_cents: int | None
) -> None:
    """A receipt is of a part, after the award; beyond the part only when confirmed (None)."""
    if day < award.notified_on:
        message = "L'encaissement vient après l'attribution."
        raise Invalid.at("/received_on", "before_the_award", message)
    parts = await repository.award_parts(session, award)
    if not parts:
        return
    if not parts.get(party.id):
        raise domain.NoPart
    before = await repository.received(session, award.id, party)
    if adding_cents is not None and before + adding_cents > parts[party.id]:
        raise domain.BeyondPart


async def _charge(
    session: AsyncSession, actor: Actor, receipt: Receipt, lot_id: UUID, party: Party
) -> None:
    if party.contributor is not None:
        fee_cents = await split_repository.fee_in_receipt(session, receipt)
        await contributions.charge_receipt(
            session,
            actor,
            receipt_id=receipt.id,
            consortium_id=receipt.consortium_id,
            award_id=receipt.award_id,
            lot_id=lot_id,
            party_id=receipt.party_id,
            member_id=party.contributor,
            base_cents=receipt.amount_cents - fee_cents,
            fee_cents=fee_cents,
            received_on=receipt.received_on,
        )
    action = "receipt.reversed" if receipt.reverses else "receipt.recorded"
    await record(session, actor, action, receipt.id, consortium_id=receipt.consortium_id)
    await publish(
        session,
        actor,
        ReceiptRecorded(receipt.consortium_id, receipt.id),
        consortium_id=receipt.consortium_id,
    )


async def _won_award(session: AsyncSession, consortium: Consortium, lot_id: UUID) -> Award:
    query = select(Award).where(
        Award.cluster_id == consortium.cluster_id,
        Award.consortium_id == consortium.id,
        Award.lot_id == lot_id,
        Award.outcome == Outcome.WON,
        Award.reversed_at.is_(None),
    )
    found: Award | None = await session.scalar(query)
    if found is None:
        raise domain.NotAwarded
    return found
