"""The contract is changed on its ground (avenants)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.consortia.service import Standing
from app.contracts import domain, repository
from app.contracts.domain import Base, ContractNature, Ground, Law
from app.contracts.events import AmendmentReversed, ContractAmended
from app.contracts.models import Amendment, SignedContract
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
class Change:
    """What an amendment says: amounts in cents excluding tax, ``parts`` the new whole ones.

    That of a framework moves its maximum; with ``parts``, who carries out what was ordered.
    """

    ground: Ground
    reason: str
    signed_on: date
    change_cents: int
    parts: Mapping[UUID, int] | None


@dataclass(frozen=True, slots=True)
class Amended:
    """An amendment, each party's part after it, and what amendments come to on balance."""

    contract: SignedContract
    amendment: Amendment
    parts: dict[UUID, int]
    change_cents: int
    low_amount_cents: int


async def amend(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    contract_id: UUID,
    change: Change,
    *,
    version: int,
) -> Amended:
    """Record an amendment, under the version of the joint answer that was read (lead).

    What is forecast follows the new parts. Raises NotFound, NotLead, PreconditionFailed,
    ContractClosed, BeyondLowAmount, BeyondHalf, BelowInvoiced, BelowNothing, PartsNotExact,
    NotInContract, Invalid.
    """
    standing = await consortia.speak(
        session, actor, consortium_id, Permission.COMMIT_COMPANY, version=version
    )
    contract = await repository.running(session, standing, contract_id)
    check_day(actor, contract, change.signed_on, "/signed_on")
    base = Base(
        contract.initial_cents,
        Law(contract.law),
        ContractNature(contract.nature),
        contract.threshold_cents,
    )
    low = await repository.changed_by(session, contract, Ground.LOW_AMOUNT)
    base.check(change.ground, change.change_cents, low)
    moved = await _moved(session, standing, contract, change)
    await require_invoiced(session, actor, standing, contract, moved)
    amendment = Amendment(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        ground=change.ground,
        reason=change.reason,
        signed_on=change.signed_on,
        change_cents=change.change_cents,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(amendment)
    await session.flush()
    add_parts(session, contract, moved, amendment)
    amended = await _after(session, actor, standing, contract, amendment)
    await record_event(
        session,
        actor,
        ContractAmended(consortium_id, contract_id, amendment.id),
        amendment.id,
        consortium_id=consortium_id,
    )
    return amended


async def _moved(
    session: AsyncSession, standing: Standing, contract: SignedContract, change: Change
) -> dict[UUID, int]:
    """By how much each part moves."""
    framework = contract.maximum_cents is not None
    if framework and change.parts is None:
        return {}
    wanted = change.parts or {}
    require_holders(standing, wanted)
    current = await repository.parts(session, contract)
    return domain.moves(current, wanted, 0 if framework else change.change_cents)


async def _after(
    session: AsyncSession,
    actor: Actor,
    standing: Standing,
    contract: SignedContract,
    amendment: Amendment,
) -> Amended:
    """Check what is left, and tell what it comes to."""
    parts = await expect(session, actor, standing, contract)
    total = await repository.changed_by(session, contract)
    ordered = await repository.ordered(session, contract)
    domain.check_left(contract.initial_cents + total, ordered)
    low = await repository.changed_by(session, contract, Ground.LOW_AMOUNT)
    await consortia.opened(session, actor, contract.consortium_id)
    return Amended(contract, amendment, parts, total, low)


async def reverse_amendment(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    contract_id: UUID,
    amendment_id: UUID,
    *,
    reason: str,
) -> Amended:
    """Take an amendment back by its opposite: recorded wrongly, or set aside (lead).

    Raises NotFound, NotLead, ContractClosed, AlreadyReversed, BelowInvoiced, BelowNothing.
    """
    standing = await consortia.speak(session, actor, consortium_id, Permission.COMMIT_COMPANY)
    contract = await repository.running(session, standing, contract_id)
    wrong = await repository.row_of(session, Amendment, contract, amendment_id)
    moved = await repository.moved_by(session, wrong)
    amendment = Amendment(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        ground=wrong.ground,
        reason=reason,
        signed_on=wrong.signed_on,
        change_cents=-wrong.change_cents,
        reverses=wrong.id,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, amendment, domain.AlreadyReversed)
    back = {party_id: -cents for party_id, cents in moved.items()}
    await require_invoiced(session, actor, standing, contract, back)
    add_parts(session, contract, back, amendment)
    amended = await _after(session, actor, standing, contract, amendment)
    await record_event(
        session,
        actor,
        AmendmentReversed(consortium_id, contract_id, wrong.id),
        wrong.id,
        consortium_id=consortium_id,
    )
    return amended
