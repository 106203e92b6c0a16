"""Use cases of calls: to say who bills, to issue, to take back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.calls import domain, repository
from app.calls.domain import Billing, Kind, Subject, Vat
from app.calls.models import BillingVersion, Call, CallLine
from app.clusters import service as clusters
from app.contributions import service as contributions
from app.infra import jobs
from app.infra.db import add_all_at_once, add_or_refuse
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.days import not_in_future
from app.kernel.errors import PreconditionFailed
from app.kernel.ids import encode, new_id

DRAW = "calls.draw"
PREFIX = "calls"


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be: its charge, what it says, and its amounts in cents."""

    charge_id: UUID
    turn: int
    label: str
    net_cents: int
    vat_cents: int
    cancels_id: UUID | None = None


async def write_billing(session: AsyncSession, actor: Actor, given: Billing, version: int) -> int:
    """Say anew who bills; ``version`` is the one that was read. What was sent stays as it was.

    Raises Forbidden, InvalidBilling, PreconditionFailed.
    """
    require(actor, Permission.ISSUE_CALLS)
    domain.check_billing(given)
    await repository.hold_billing(session, actor)
    number, _ = await repository.billing(session, actor)
    if number != version:
        raise PreconditionFailed
    written = BillingVersion(
        cluster_id=actor.cluster_id,
        number=number + 1,
        facts=given.wire(),
        written_at=actor.now,
        person_id=actor.person_id,
    )
    session.add(written)
    await session.flush()
    await record(session, actor, "billing.written", written.id)
    return written.number


async def issue_all(session: AsyncSession, actor: Actor, until: date) -> list[Call]:
    """Call all that waits and is due ``until`` or before, of every member.

    In one transaction: killed, it has called nobody. Raises Forbidden, BillingMissing, Invalid.
    """
    require(actor, Permission.ISSUE_CALLS)
    not_in_future(until, actor.now.date(), "/until")
    made: list[Call] = []
    for member_id in await repository.waiting(session, until):
        made += await _issue(session, actor, member_id, until)
    return made


async def issue(session: AsyncSession, actor: Actor, member_id: UUID, until: date) -> list[Call]:
    """Call what one member owes, due ``until`` or before: one call for each subject.

    What sums to nothing waits for the next time. Raises Forbidden, NotFound, BillingMissing,
    Invalid, and NothingToCall.
    """
    require(actor, Permission.ISSUE_CALLS)
    not_in_future(until, actor.now.date(), "/until")
    made = await _issue(session, actor, member_id, until)
    if not made:
        raise domain.NothingToCall
    return made


async def _issue(session: AsyncSession, actor: Actor, member_id: UUID, until: date) -> list[Call]:
    _, billing = await repository.billing(session, actor)
    if billing is None:
        raise domain.BillingMissing
    member = await clusters.get_member(session, actor, member_id)
    await contributions.hold_account(session, member_id)
    made = []
    for subject in Subject:
        while True:
            found = await repository.uncalled(session, member_id, subject, until, domain.MOST_LINES)
            if sum(one.amount_cents for one in found) == 0:
                break
            vat = billing.vat_on(subject)
            bps = billing.vat_bps if vat == Vat.STANDARD else 0
            taxes = domain.vat_parts([one.amount_cents for one in found], bps)
            lines = [
                Line(one.charge_id, one.turn, one.label(), one.amount_cents, tax)
                for one, tax in zip(found, taxes, strict=True)
            ]
            net = sum(line.net_cents for line in lines)
            call = Call(
                member_id=member_id,
                kind=(Kind.CALL if net > 0 else Kind.CREDIT_NOTE).value,
                subject=subject.value,
                due_on=actor.now.date() + timedelta(billing.due_days if net > 0 else 0),
                vat=vat.value,
                vat_bps=bps,
                seller=billing.wire(),
                buyer=_buyer(member),
            )
            made.append(await _number(session, actor, call, lines))
    return made


async def credit(session: AsyncSession, actor: Actor, call_id: UUID, reason: str) -> Call:
    """Take back a whole call by a credit note that names it; its charges may be called again.

    Raises Forbidden, NotFound, NotACall, AlreadyCorrected.
    """
    require(actor, Permission.ISSUE_CALLS)
    call = await repository.require_call(session, actor, call_id)
    if call.kind != Kind.CALL:
        raise domain.NotACall
    await contributions.hold_account(session, call.member_id)
    lines = [
        Line(one.charge_id, one.turn, one.label, -one.net_cents, -one.vat_cents, one.id)
        for one in await repository.lines_of(session, actor, call_id)
    ]
    note = Call(
        member_id=call.member_id,
        kind=Kind.CREDIT_NOTE.value,
        subject=call.subject,
        corrects_id=call.id,
        reason=reason,
        due_on=actor.now.date(),
        vat=call.vat,
        vat_bps=call.vat_bps,
        seller=call.seller,
        buyer=call.buyer,
    )
    return await _number(session, actor, note, lines)


async def _number(session: AsyncSession, actor: Actor, call: Call, lines: Sequence[Line]) -> Call:
    """Give a call its number and its lines, and the tax to the charges and the books."""
    await repository.hold_numbers(session, actor)
    today = actor.now.date()
    call.cluster_id, call.id = actor.cluster_id, new_id()
    call.issued_on, call.year = today, today.year
    call.number = 1 + await repository.last_number(session, actor, today.year)
    call.net_cents = sum(line.net_cents for line in lines)
    call.vat_cents = sum(line.vat_cents for line in lines)
    call.issued_at, call.person_id = actor.now, actor.person_id
    await add_or_refuse(session, call, domain.AlreadyCorrected)
    await add_all_at_once(session, _rows(actor, call, lines))
    await contributions.add_tax(
        session,
        actor,
        call.member_id,
        {line.charge_id: line.vat_cents for line in lines},
        reference=f"call:{encode('cll', call.id)}",
        occurred_on=today,
        memo=f"TVA de l'appel {domain.label_of(call.year, call.number)}",
    )
    # No event: those of no consortium are open to the whole cluster.
    detail = {"call": domain.label_of(call.year, call.number)}
    await record(session, actor, "call.issued", call.id, detail=detail)
    await jobs.defer(session, DRAW, call_id=str(call.id))
    return call


def _rows(actor: Actor, call: Call, lines: Sequence[Line]) -> Iterator[CallLine]:
    for position, line in enumerate(lines, 1):
        yield CallLine(
            cluster_id=actor.cluster_id,
            id=new_id(),
            call_id=call.id,
            member_id=call.member_id,
            charge_id=line.charge_id,
            turn=line.turn,
            position=position,
            cancels_id=line.cancels_id,
            label=line.label,
            net_cents=line.net_cents,
            vat_cents=line.vat_cents,
        )


def _buyer(member: Any) -> dict[str, Any]:
    """What a call says of who is called, as it is that day."""
    return {
        "name": member.name,
        "siren": member.siren,
        "siret": member.siret,
        "legal_form": member.legal_form,
        "address": member.address,
        "city": member.city,
    }
