"""Tax on charges: it comes with the call, as the charge itself is without it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions import repository
from app.contributions.models import ChargeTax
from app.contributions.service.accounts import receivable_of, settle, write
from app.infra.db import add_all_at_once
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.ledger.domain import ADVANCES, VAT_COLLECTED, Journal, moved


async def add_tax(
    session: AsyncSession,
    actor: Actor,
    member_id: UUID,
    cents: Mapping[UUID, int],
    *,
    reference: str,
    occurred_on: date,
    memo: str,
) -> None:
    """Add tax to charges of a member, in cents by charge; below zero to take it off again.

    Advances settle what it adds, and what was settled beyond the rest becomes one. The caller
    holds the lock on the account.
    """
    taxes = [
        ChargeTax(
            cluster_id=actor.cluster_id,
            id=new_id(),
            charge_id=charge_id,
            member_id=member_id,
            reference=reference,
            amount_cents=amount,
            added_at=actor.now,
        )
        for charge_id, amount in cents.items()
        if amount
    ]
    if not taxes:
        return
    await add_all_at_once(session, taxes)
    member = await receivable_of(session, actor, member_id)
    settled = await settle(session, actor, member_id)
    postings = [
        *moved(member, VAT_COLLECTED, sum(cents.values())),
        *moved(ADVANCES, member, settled),
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


async def hold_account(session: AsyncSession, member_id: UUID) -> None:
    """Be alone to charge, call or settle on a member's account until the transaction ends."""
    await repository.lock_account(session, member_id)
