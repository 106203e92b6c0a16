"""Calls on a framework (bons de commande)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.contracts import domain, repository
from app.contracts.events import OrderPlaced, OrderReversed
from app.contracts.models import ContractOrder
from app.contracts.service.parts import (
    add_parts,
    check_day,
    expect,
    require_holders,
    require_invoiced,
)
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Call:
    """What the buyer orders, in cents excluding tax, and who carries out what of it."""

    number: str
    subject: str | None
    ordered_on: date
    amount_cents: int
    parts: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order, and by how much it moves each part."""

    order: ContractOrder
    parts: dict[UUID, int]


async def place_order(
    session: AsyncSession, actor: Actor, consortium_id: UUID, contract_id: UUID, call: Call
) -> Ordered:
    """Record an order of the buyer under a framework (lead, R2162-13).

    The parts sum to the order. Raises NotFound, NotLead, NotFramework, ContractClosed,
    OrderExists, BeyondMaximum, PartsNotExact, NotInContract, Invalid.
    """
    standing = await consortia.speak(session, actor, consortium_id, Permission.COMMIT_COMPANY)
    contract = await repository.running(session, standing, contract_id)
    if contract.maximum_cents is None:
        raise domain.NotFramework
    check_day(actor, contract, call.ordered_on, "/ordered_on")
    require_holders(standing, call.parts)
    domain.exact(call.parts.values(), call.amount_cents, "/parts")
    maximum = contract.maximum_cents + await repository.changed_by(session, contract)
    so_far = await repository.ordered(session, contract)
    order = ContractOrder(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        number=call.number,
        subject=call.subject,
        ordered_on=call.ordered_on,
        amount_cents=call.amount_cents,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, order, domain.OrderExists)
    domain.check_order(so_far, call.amount_cents, maximum)
    add_parts(session, contract, call.parts, order)
    await expect(session, actor, standing, contract)
    await consortia.run(session, standing)
    await record_event(
        session,
        actor,
        OrderPlaced(consortium_id, contract_id, order.id),
        order.id,
        consortium_id=consortium_id,
    )
    return Ordered(order, dict(call.parts))


async def reverse_order(
    session: AsyncSession, actor: Actor, consortium_id: UUID, contract_id: UUID, order_id: UUID
) -> Ordered:
    """Take an order back by its opposite: it counts against the maximum no more (lead).

    Raises NotFound, NotLead, ContractClosed, AlreadyReversed, BelowInvoiced, BelowNothing.
    """
    standing = await consortia.speak(session, actor, consortium_id, Permission.COMMIT_COMPANY)
    contract = await repository.running(session, standing, contract_id)
    wrong = await repository.row_of(session, ContractOrder, contract, order_id)
    moved = await repository.moved_by(session, wrong)
    order = ContractOrder(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        number=wrong.number,
        subject=wrong.subject,
        ordered_on=wrong.ordered_on,
        amount_cents=-wrong.amount_cents,
        reverses=wrong.id,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, order, domain.AlreadyReversed)
    back = {party_id: -cents for party_id, cents in moved.items()}
    await require_invoiced(session, actor, standing, contract, back)
    add_parts(session, contract, back, order)
    await expect(session, actor, standing, contract)
    await consortia.opened(session, actor, consortium_id)
    await record_event(
        session,
        actor,
        OrderReversed(consortium_id, contract_id, wrong.id),
        wrong.id,
        consortium_id=consortium_id,
    )
    return Ordered(order, back)
