"""What became of the bid, and the money that came in."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, repository
from app.consortia.access import own_party, require_lead
from app.consortia.domain import Outcome
from app.consortia.events import AwardRecorded, ReceiptRecorded
from app.consortia.models import Award, AwardPart, Consortium, Party, Receipt, Split
from app.contributions import service as contributions
from app.contributions.domain import Part
from app.journal.service import publish, record
from app.kernel.actor import Actor
from app.kernel.errors import Fault, Invalid


async def award(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    lot_id: UUID,
    outcome: Outcome,
    amount_cents: int | None,
    notified_on: date,
) -> tuple[Award, list[AwardPart]]:
    """Record the outcome of one lot. Winning forecasts what each party will owe.

    ``amount_cents`` is excluding tax; it may differ from the bid, or be unknown (a framework).
    Raises NotFound, NotLead, NotSubmitted, LotNotAnswered, AlreadyAwarded, Invalid.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.require_submitted()
    _not_in_future(notified_on, actor, "/notified_on")
    answered = await repository.lot_ids(session, consortium)
    if lot_id not in answered:
        raise domain.LotNotAnswered
    decided = {one.lot_id for one in await repository.awards(session, consortium)}
    if lot_id in decided:
        raise domain.AlreadyAwarded
    won = outcome == Outcome.WON
    row = Award(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        lot_id=lot_id,
        outcome=outcome,
        amount_cents=amount_cents if won else None,
        notified_on=notified_on,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise domain.AlreadyAwarded from None
    consortium.decide(won=won, last=decided | {lot_id} == set(answered))
    parts = await _share(session, actor, consortium, row)
    await record(session, actor, "award.recorded", row.id, consortium_id=consortium_id)
    await publish(session, actor, AwardRecorded(consortium_id, row.id), consortium_id=consortium_id)
    return row, parts


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
) -> Receipt:
    """Record money that a party received on a lot, excluding tax: its contribution falls due.

    The party itself records it, or the lead. Raises NotFound, NotParty, NotYourPart,
    UnknownParty, NotAwarded, ReceiptExists, Invalid.
    """
    consortium = await repository.load(session, actor, consortium_id)
    parties = await repository.parties(session, consortium)
    own = own_party(actor, parties)
    party = next((one for one in parties if one.id == party_id), None)
    if party is None:
        raise domain.UnknownParty
    if own.id != party_id and consortium.lead_member_id != actor.member_id:
        raise domain.NotYourPart
    _not_in_future(received_on, actor, "/received_on")
    consortium = await repository.lock(session, actor, consortium_id)
    won = await _won_award(session, consortium, lot_id)
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
    try:
        async with session.begin_nested():
            session.add(receipt)
    except IntegrityError:
        raise domain.ReceiptExists from None
    await contributions.charge_receipt(
        session,
        actor,
        receipt_id=receipt.id,
        consortium_id=consortium_id,
        award_id=won.id,
        lot_id=lot_id,
        party_id=party_id,
        member_id=party.member_id,
        base_cents=amount_cents,
        received_on=received_on,
    )
    await record(session, actor, "receipt.recorded", receipt.id, consortium_id=consortium_id)
    await publish(
        session, actor, ReceiptRecorded(consortium_id, receipt.id), consortium_id=consortium_id
    )
    return receipt


async def _share(
    session: AsyncSession, actor: Actor, consortium: Consortium, award: Award
) -> list[AwardPart]:
    if award.outcome != Outcome.WON or award.amount_cents is None:
        return []
    agreement = await repository.current_agreement(session, consortium)
    if agreement is None:
        raise domain.NotAgreed
    split = await session.get_one(Split, (actor.cluster_id, agreement.split_id))
    _, lines = await repository.split_content(session, split)
    lines = [line for line in lines if line.lot_id == award.lot_id]
    shares = domain.award_parts(
        award.amount_cents, [(line.amount_cents, line.bps) for line in lines]
    )
    parts = [
        AwardPart(
            cluster_id=actor.cluster_id,
            consortium_id=consortium.id,
            award_id=award.id,
            party_id=line.party_id,
            amount_cents=amount,
        )
        for line, amount in zip(lines, shares, strict=True)
    ]
    session.add_all(parts)
    await session.flush()
    members = {one.id: one for one in await repository.parties(session, consortium)}
    await contributions.forecast(
        session,
        actor,
        consortium_id=consortium.id,
        award_id=award.id,
        lot_id=award.lot_id,
        parts=[_part(one, members) for one in parts],
        on=award.notified_on,
    )
    return parts


def _part(part: AwardPart, members: dict[UUID, Party]) -> Part:
    return Part(part.party_id, members[part.party_id].member_id, part.amount_cents)


async def _won_award(session: AsyncSession, consortium: Consortium, lot_id: UUID) -> Award:
    query = select(Award).where(
        Award.cluster_id == consortium.cluster_id,
        Award.consortium_id == consortium.id,
        Award.lot_id == lot_id,
        Award.outcome == Outcome.WON,
    )
    found: Award | None = await session.scalar(query)
    if found is None:
        raise domain.NotAwarded
    return found


def _not_in_future(day: date, actor: Actor, pointer: str) -> None:
    # A day that has begun anywhere on Earth has begun: overseas members are ahead of UTC.
    if (day - actor.now.date()).days > 1:
        message = "Cette date est encore à venir."
        raise Invalid(message, (Fault(pointer, "in_the_future", message),))
