"""Payments: money that members pay, and what it settles."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions import domain, repository
from app.contributions.models import Payment
from app.contributions.service.accounts import receivable_of, settle, write
from app.infra.db import add_or_refuse
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.days import not_in_future
from app.kernel.errors import Invalid
from app.kernel.ids import encode
from app.ledger.domain import ADVANCES, BANK, Journal, moved

EARLIEST = date(2000, 1, 1)
"""Older than any cluster that uses this: a typing error."""


class Method(StrEnum):
    """How the money came."""

    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct_debit"
    CHEQUE = "cheque"
    CARD = "card"
    CASH = "cash"


async def record_payment(
    session: AsyncSession,
    actor: Actor,
    *,
    member_id: UUID,
    amount_cents: int,
    received_on: date,
    reference: str,
    method: Method = Method.TRANSFER,
) -> Payment:
    """Record a member's payment: it settles its charges, the oldest first, to the cent.

    What is left is an advance, which later charges use up. Raises Forbidden, NotFound (no such
    member), Invalid (an amount that is not above zero, a day to come or before 2000),
    PaymentExists (by its reference).
    """
    require(actor, Permission.RECORD_PAYMENT)
    if amount_cents <= 0:
        raise Invalid("Un paiement est supérieur à zéro.")
    _check_day(received_on, actor.now.date())
    member = await receivable_of(session, actor, member_id)
    await repository.lock_account(session, member_id)
    payment = Payment(
        cluster_id=actor.cluster_id,
        member_id=member_id,
        amount_cents=amount_cents,
        currency="EUR",
        received_on=received_on,
        reference=reference,
        method=method.value,
        recorded_at=actor.now,
        person_id=actor.person_id,
    )
    await add_or_refuse(session, payment, domain.PaymentExists)
    settled = await settle(session, actor, member_id)
    # A payment can settle more than itself: a credit note may have freed an earlier one.
    from_payment = max(0, min(settled, amount_cents))
    await write(
        session,
        actor,
        journal=Journal.BANK,
        reference=f"payment:{encode('pay', payment.id)}",
        occurred_on=received_on,
        memo="Paiement d'un membre",
        postings=[
            *moved(BANK, member, from_payment),
            *moved(BANK, ADVANCES, amount_cents - from_payment),
            *moved(ADVANCES, member, settled - from_payment),
        ],
    )
    await record(session, actor, "payment.recorded", payment.id)
    return payment


def _check_day(received_on: date, today: date) -> None:
    not_in_future(received_on, today, "/received_on")
    if received_on < EARLIEST:
        message = f"Un paiement date du {EARLIEST:%d/%m/%Y} au plus tôt."
        raise Invalid.at("/received_on", "out_of_range", message)
