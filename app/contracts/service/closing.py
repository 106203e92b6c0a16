"""The contract ends."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.contracts import domain, invoice_repository, repository
from app.contracts.domain import Ending
from app.contracts.events import ContractClosed
from app.contracts.models import Closure, SignedContract
from app.contracts.service.parts import check_day
from app.infra.db import add_or_refuse
from app.journal.service import record_event
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.errors import Fault
from app.kernel.words import euros


async def close(
    session: AsyncSession,
    actor: Actor,
    consortium_id: UUID,
    contract_id: UUID,
    *,
    ground: Ending,
    reason: str | None,
    ended_on: date,
) -> Closure:
    """Record that a contract is over; with the last one, so is the joint answer (lead).

    Raises NotFound, NotLead, AlreadyClosed, Invalid, and NotSettled with all that hangs: the
    joint account is back at zero, and no invoice awaits a word.
    """
    standing = await consortia.speak(session, actor, consortium_id, Permission.COMMIT_COMPANY)
    contract = await repository.contract(session, standing, contract_id)
    check_day(actor, contract, ended_on, "/ended_on")
    await _require_settled(session, contract)
    closure = Closure(
        cluster_id=actor.cluster_id,
        consortium_id=consortium_id,
        contract_id=contract_id,
        ground=ground,
        reason=reason,
        ended_on=ended_on,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    await add_or_refuse(session, closure, domain.AlreadyClosed)
    closed = await repository.closed_awards(session, standing)
    await consortia.close(session, standing, closed)
    await record_event(
        session,
        actor,
        ContractClosed(consortium_id, contract_id),
        contract_id,
        consortium_id=consortium_id,
    )
    return closure


async def _require_settled(session: AsyncSession, contract: SignedContract) -> None:
    faults = []
    stands = domain.owed_by_party(await invoice_repository.movements(session, contract))
    balance = sum(stands.values(), domain.Owed()).total_cents
    if balance:
        message = f"Le compte joint porte encore {euros(balance)} : versez à chacun sa part."
        faults.append(Fault("/ended_on", "account_not_empty", message))
    undecided = await invoice_repository.undecided(session, contract)
    if undecided:
        message = f"{undecided} facture(s) attendent une approbation ou un refus."
        faults.append(Fault("/ended_on", "invoices_undecided", message))
    if faults:
        raise domain.NotSettled(" ".join(one.message for one in faults), tuple(faults))
