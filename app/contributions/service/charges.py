"""Charges: one per flow, at the rate of the flow's day, written in the books at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions import domain, repository
from app.contributions.domain import FlowNature, Line, Terms, Trigger
from app.contributions.events import ChargeCreated
from app.contributions.models import Charge, Flow
from app.contributions.service.accounts import book
from app.contributions.service.policies import rate_on
from app.journal.service import record_event
from app.kernel.actor import Actor
from app.kernel.ids import encode, new_id

_MEMO = {
    Trigger.CASH_RECEIVED: "Contribution sur encaissement",
    Trigger.AWARD: "Contribution sur attribution",
}
_KIND = {Trigger.CASH_RECEIVED: "receipt", Trigger.AWARD: "award"}


@dataclass(frozen=True, slots=True)
class Source:
    """What makes a contribution due: its key in flows and books, and whose it is."""

    key: str
    trigger: Trigger
    consortium_id: UUID
    award_id: UUID
    lot_id: UUID | None
    party_id: UUID
    member_id: UUID
    base_cents: int
    occurred_on: date
    fee_cents: int = 0


async def charge_receipt(
    session: AsyncSession,
    actor: Actor,
    *,
    receipt_id: UUID,
    consortium_id: UUID,
    award_id: UUID,
    lot_id: UUID | None,
    party_id: UUID,
    member_id: UUID,
    base_cents: int,
    fee_cents: int = 0,
    received_on: date,
) -> Charge | None:
    """Charge a party's receipt, once, at the rate in force on the day that it came in.

    ``base_cents`` excludes tax, and the lead's own fee in the receipt (S9), shown as
    ``fee_cents``; below zero it is a credit note, charged back at the rates of what it takes
    back, never below a total of zero. None when the award itself was charged:
    then a receipt charges nothing. An award that was never forecast (a framework) could not be,
    and receipts charge it from then on. A credit note over several rates makes one charge per
    rate; the first is given. Raises NoPolicy.
    """
    await repository.lock_account(session, member_id)
    key = f"receipt:{encode('rec', receipt_id)}"
    charged = await repository.charge_of(session, actor, key)
    if charged is not None:
        return charged
    rate = await rate_on(session, actor, FlowNature.JOINT_ANSWER, received_on)
    trigger = await repository.award_trigger(
        session, actor, consortium_id, award_id, if_unsaid=Trigger.CASH_RECEIVED
    )
    if trigger != Trigger.CASH_RECEIVED:
        return None
    source = Source(
        key=key,
        trigger=trigger,
        consortium_id=consortium_id,
        award_id=award_id,
        lot_id=lot_id,
        party_id=party_id,
        member_id=member_id,
        base_cents=base_cents,
        occurred_on=received_on,
        fee_cents=fee_cents,
    )
    return (await charge(session, actor, source, rate.terms))[0]


async def charge(
    session: AsyncSession, actor: Actor, source: Source, terms: Terms
) -> Sequence[Charge]:
    """Charge a flow: one line, or one per rate when it takes back lines of several.

    The caller holds the lock on the member's account, and has seen that the key is new.
    """
    lines, received = await repository.history(session, actor, source.award_id, source.party_id)
    fresh = domain.lines_for(lines, received, source.base_cents, terms)
    # What a credit note takes beyond all that came in stays on the first flow, uncharged.
    beyond = source.base_cents - sum(line.base_cents for line in fresh)
    charges = []
    for number, line in enumerate(fresh, 1):
        flow = _flow(actor, source, number, line.base_cents + (beyond if number == 1 else 0))
        flow.position = len(lines) + number
        session.add(flow)
        await session.flush()
        charges.append(await _write(session, actor, source, flow, line))
    return charges


async def _write(
    session: AsyncSession, actor: Actor, source: Source, flow: Flow, line: Line
) -> Charge:
    made = Charge(
        cluster_id=actor.cluster_id,
        id=new_id(),
        flow_id=flow.id,
        member_id=source.member_id,
        consortium_id=source.consortium_id,
        base_cents=line.base_cents,
        bps=line.terms.bps,
        amount_cents=line.amount_cents,
        currency=flow.currency,
        policy_id=line.terms.policy_id,
        policy_version=line.terms.policy_version,
        due_on=source.occurred_on,
        charged_at=actor.now,
        evidence=_evidence(source, flow, line),
    )
    session.add(made)
    await book(
        session,
        actor,
        source.member_id,
        made.amount_cents,
        reference=flow.key,
        occurred_on=source.occurred_on,
        memo=_MEMO[source.trigger],
    )
    event = ChargeCreated(made.id, source.member_id, source.consortium_id)
    await record_event(session, actor, event, made.id, consortium_id=source.consortium_id)
    return made


def _flow(actor: Actor, source: Source, number: int, base_cents: int) -> Flow:
    return Flow(
        cluster_id=actor.cluster_id,
        id=new_id(),
        key=source.key if number == 1 else f"{source.key}:{number}",
        kind=_KIND[source.trigger],
        nature=FlowNature.JOINT_ANSWER.value,
        consortium_id=source.consortium_id,
        award_id=source.award_id,
        lot_id=source.lot_id,
        party_id=source.party_id,
        member_id=source.member_id,
        base_cents=base_cents,
        currency="EUR",
        occurred_on=source.occurred_on,
        recorded_at=actor.now,
    )


def _evidence(source: Source, flow: Flow, line: Line) -> dict[str, Any]:
    """Why the amount is what it is: enough to compute it again by hand."""
    left_out = {"lead_fee_cents": source.fee_cents} if source.fee_cents else {}
    return {
        **left_out,
        "trigger": source.trigger.value,
        "source": flow.key,
        "award": encode("awd", source.award_id),
        "occurred_on": source.occurred_on.isoformat(),
        "flow_base_cents": flow.base_cents,
        "base_cents": line.base_cents,
        "bps": line.terms.bps,
        "policy_version": line.terms.policy_version,
        "rounding": "half_up_per_line",
        "amount_cents": line.amount_cents,
        "ledger_reference": flow.key if line.amount_cents else None,
    }
