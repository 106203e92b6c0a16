"""The parties give up their joint answer."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import party_repository, repository
from app.consortia.access import require_lead
from app.consortia.events import ConsortiumWithdrawn
from app.consortia.models import Withdrawal
from app.consortia.service.outcomes import forget_forecast
from app.journal.service import record_event
from app.kernel.actor import Actor


async def withdraw_consortium(
    session: AsyncSession, actor: Actor, consortium_id: UUID, reason: str
) -> Withdrawal:
    """Give up, at any point before the contract is signed. Nothing is deleted.

    What was agreed lapses unless a bid went out with it; unanswered invitations end; what an
    award forecast is forecast no more. Raises NotFound, NotLead, AlreadySigned,
    NothingToWithdraw.
    """
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    consortium = await repository.lock(session, actor, consortium_id)
    consortium.withdraw()
    if await repository.submission(session, consortium) is None:
        await repository.lapse(session, actor, consortium)
    for party in await party_repository.composition(session, consortium):
        if party.joined_at is None:
            await party_repository.end_invitation(session, party, actor.now)
    for award in await repository.awards(session, consortium):
        award.require_unsigned()
        await forget_forecast(session, actor, award)
    withdrawal = Withdrawal(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        reason=reason,
        person_id=actor.person_id,
        withdrawn_at=actor.now,
    )
    session.add(withdrawal)
    await session.flush()
    await record_event(
        session,
        actor,
        ConsortiumWithdrawn(consortium_id),
        withdrawal.id,
        consortium_id=consortium_id,
    )
    return withdrawal
