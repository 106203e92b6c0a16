"""A member's account: payments meet charges, and the books follow."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.contributions import domain, repository
from app.contributions.domain import Match
from app.contributions.models import Settlement
from app.kernel.actor import Actor
from app.ledger import service as ledger
from app.ledger.domain import (
    ADVANCES,
    CONTRIBUTIONS,
    Account,
    Journal,
    Posting,
    moved,
    receivable,
)


async def receivable_of(session: AsyncSession, actor: Actor, member_id: UUID) -> Account:
    """The account of what a member owes; raises NotFound."""
    member = await clusters.get_member(session, actor, member_id)
    return receivable(member.id, member.siren, member.name)


async def settle(session: AsyncSession, actor: Actor, member_id: UUID) -> int:
    """Let payments settle charges, the oldest first; what they settled on balance, in cents.

    The caller holds the lock on the account.
    """
    return (await settle_all(session, actor, [member_id]))[member_id]


async def settle_all(
    session: AsyncSession, actor: Actor, member_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """The same for several members, whose accounts the caller has locked: one query for all."""
    await session.flush()
    settled = {}
    for member_id, (charges, payments) in (await repository.accounts(session, member_ids)).items():
        matches = domain.settle(charges, payments)
        session.add_all(_settlement(actor, member_id, match) for match in matches)
        settled[member_id] = sum(match.amount_cents for match in matches)
    await session.flush()
    return settled


def _settlement(actor: Actor, member_id: UUID, match: Match) -> Settlement:
    return Settlement(
        cluster_id=actor.cluster_id,
        payment_id=match.payment.id,
        charge_id=match.charge.id,
        member_id=member_id,
        consortium_id=match.charge.consortium_id,
        amount_cents=match.amount_cents,
        received_on=match.payment.on,
        settled_at=actor.now,
    )


async def book(
    session: AsyncSession,
    actor: Actor,
    member_id: UUID,
    amount_cents: int,
    *,
    reference: str,
    occurred_on: date,
    memo: str,
) -> None:
    """Write a contribution, below zero when taken back, and what advances settle of it.

    The caller holds the lock on the account.
    """
    member = await receivable_of(session, actor, member_id)
    from_advance = await settle(session, actor, member_id)
    postings = [
        *moved(member, CONTRIBUTIONS, amount_cents),
        *moved(ADVANCES, member, from_advance),
    ]
    if postings:
        await write(
            session,
            actor,
            journal=Journal.SALES,
            reference=reference,
            occurred_on=occurred_on,
            memo=memo,
            postings=postings,
        )


async def write(
    session: AsyncSession,
    actor: Actor,
    *,
    journal: Journal,
    reference: str,
    occurred_on: date,
    memo: str,
    postings: Sequence[Posting],
) -> None:
    """Write a new fact in the books.

    Raises ``RuntimeError`` when its reference is there already: references are made here, from
    fresh ids, so that somebody else wrote it. Better no charge than one that the books deny.
    """
    fresh = await ledger.post(
        session,
        actor,
        journal=journal,
        reference=reference,
        occurred_on=occurred_on,
        memo=memo,
        postings=postings,
    )
    if not fresh:
        raise RuntimeError("a new fact is already in the books under its reference")
