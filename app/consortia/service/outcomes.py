"""What became of the bid."""

from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import domain, party_repository, repository, split_repository
from app.consortia.access import require_lead
from app.consortia.domain import UNSAID, Outcome, OutcomeDetails
from app.consortia.events import AwardRecorded, AwardReversed
from app.consortia.models import Award, AwardPart, Consortium, Party
from app.contributions import service as contributions
from app.contributions.domain import Part
from app.infra.db import add_or_refuse
from app.journal.service import record_event, record_opening
from app.kernel.actor import Actor
from app.kernel.days import not_in_future
from app.kernel.errors import Invalid, NotFound


async def award(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    *,
    lot_id: UUID,
    outcome: Outcome,
    amount_cents: int | None,
    notified_on: date,
    details: OutcomeDetails = UNSAID,
) -> tuple[Award, list[AwardPart]]:
    """Record the outcome of one lot. Winning forecasts what each party will owe.

    ``amount_cents`` is excluding tax; it may differ from the bid, or be unknown (a framework).
    A losing bidder is told the reasons, the winner and both scores (R2181-1, R2181-3).
    Raises NotFound, NotLead, NotSubmitted, LotNotAnswered, AlreadyAwarded, Invalid.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.require_submitted()
    await _check_day(session, actor, consortium, notified_on)
    if outcome == Outcome.WON:
        # Before anything is written: a refusal must not tell what another's row decided.
        await contributions.require_rate(session, actor, notified_on)
    answered = await repository.lot_ids(session, consortium)
    if lot_id not in answered:
        raise domain.LotNotAnswered
    decided = await repository.awards(session, consortium)
    if lot_id in {one.lot_id for one in decided}:
        raise domain.AlreadyAwarded
    row = Award(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        lot_id=lot_id,
        outcome=outcome,
        amount_cents=amount_cents if outcome == Outcome.WON else None,
        notified_on=notified_on,
        person_id=actor.person_id,
        recorded_at=actor.now,
        **asdict(details),
    )
    await add_or_refuse(session, row, domain.AlreadyAwarded)
    consortium.decide([Outcome(one.outcome) for one in (*decided, row)], len(answered))
    parts = await _share(session, actor, consortium, row)
    await record_event(
        session, actor, AwardRecorded(consortium_id, row.id), row.id, consortium_id=consortium_id
    )
    return row, parts


async def _share(
    session: AsyncSession, actor: Actor, consortium: Consortium, award: Award
) -> list[AwardPart]:
    if award.outcome != Outcome.WON:
        return []
    if award.amount_cents is None:
        await contributions.award_without_amount(
            session, actor, consortium_id=consortium.id, award_id=award.id
        )
        return []
    agreement = await repository.current_agreement(session, consortium)
    if agreement is None:
        raise domain.NotAgreed
    agreed = await split_repository.agreed_lines(session, agreement.split_id, award.lot_id)
    parts = [
        AwardPart(
            cluster_id=actor.cluster_id,
            consortium_id=consortium.id,
            award_id=award.id,
            party_id=share.party_id,
            amount_cents=share.amount_cents,
            mandate_cents=share.mandate_cents,
        )
        for share in domain.award_shares(award.amount_cents, agreed)
    ]
    session.add_all(parts)
    await session.flush()
    await record_opening(session, actor, consortium.id, agreement.split_number)
    members = {one.id: one for one in await party_repository.ever(session, consortium)}
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


async def reverse_award(
    session: AsyncSession, actor: Actor, consortium_id: UUID, award_id: UUID, reason: str
) -> Award:
    """Take an outcome back: recorded wrongly, or set aside by the buyer or a judge.

    What it forecast is forecast no more, and what it charged is charged back. Raises NotFound,
    NotLead, AlreadySigned, AlreadyTakenBack, MoneyCameIn.
    """
    consortium = await repository.load(session, actor, consortium_id)
    wrong = await session.get(Award, (actor.cluster_id, award_id))
    if wrong is None or wrong.consortium_id != consortium.id:
        raise NotFound
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.require_unsigned()
    taken = await repository.take_back(session, actor, wrong, reason)
    if taken is None:
        raise domain.AlreadyTakenBack
    taken.require_unsigned()
    if await repository.received_in_all(session, taken):
        raise domain.MoneyCameIn
    standing = await repository.awards(session, consortium)
    lots = await repository.lot_ids(session, consortium)
    consortium.decide([Outcome(one.outcome) for one in standing], len(lots))
    await forget_forecast(session, actor, taken)
    await record_event(
        session,
        actor,
        AwardReversed(consortium_id, award_id),
        award_id,
        consortium_id=consortium_id,
    )
    return taken


async def forget_forecast(session: AsyncSession, actor: Actor, award: Award) -> None:
    """Nothing more is expected of an award; what it was charged at once is charged back."""
    if award.outcome != Outcome.WON or award.amount_cents is None:
        return
    await contributions.forecast(
        session,
        actor,
        consortium_id=award.consortium_id,
        award_id=award.id,
        lot_id=award.lot_id,
        parts=[],
        on=award.notified_on,
    )


def _part(part: AwardPart, members: dict[UUID, Party]) -> Part:
    # The lead's fee is not in the base (S9), be it a task of its own or handed on by the others.
    base_cents = part.amount_cents - part.mandate_cents
    return Part(part.party_id, members[part.party_id].contributor, base_cents)


async def _check_day(
    session: AsyncSession, actor: Actor, consortium: Consortium, day: date
) -> None:
    """An outcome is notified after the bid, and is not to come."""
    bid = await repository.submission(session, consortium)
    not_in_future(day, actor.now.date(), "/notified_on")
    # A day that has begun anywhere on Earth has begun.
    if bid is not None and day < bid.submitted_at.date() - timedelta(days=1):
        message = "L'attribution vient après le dépôt de l'offre."
        raise Invalid.at("/notified_on", "before_the_bid", message)
