"""A member's account: payments meet charges, and the books follow."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.contributions import domain, repository
from app.contributions.models import Settlement
from app.kernel.actor import Actor
from app.ledger.domain import Account, receivable


async def receivable_of(session: AsyncSession, actor: Actor, member_id: UUID) -> Account:
    """The account of what a member owes; raises NotFound."""
    member = await clusters.get_member(session, actor, member_id)
    return receivable(member.id, member.siren, member.name)


async def settle(session: AsyncSession, actor: Actor, member_id: UUID) -> int:
    """Let payments settle charges, the oldest first; what they settled on balance, in cents.

    The caller holds the lock on the account.
    """
    await session.flush()
    charges, payments = await repository.account(session, member_id)
    matches = domain.settle(charges, payments)
    session.add_all(
        Settlement(
            cluster_id=actor.cluster_id,
            payment_id=match.payment.id,
            charge_id=match.charge.id,
            member_id=member_id,
            consortium_id=match.charge.consortium_id,
            amount_cents=match.amount_cents,
            received_on=match.payment.on,
            settled_at=actor.now,
        )
        for match in matches
    )
    await session.flush()
    return sum(match.amount_cents for match in matches)
