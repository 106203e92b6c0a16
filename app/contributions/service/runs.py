"""Charging what waits, by a run: invoices in batches of one statement, corrections one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.contributions import domain, repository
from app.contributions.batches import charge_all
from app.contributions.domain import FlowNature, Line
from app.contributions.models import Charge, Flow
from app.contributions.service.accounts import book, receivable_of, settle, write
from app.kernel.actor import Actor
from app.kernel.ids import encode, new_id
from app.kernel.money import allot
from app.ledger.domain import ADVANCES, CONTRIBUTIONS, Journal, moved, receivable
from app.ledger.repository import account_id


@dataclass(frozen=True, slots=True)
class Batch:
    """What one statement did: rows that were due, the last one's id, charges made, their sum."""

    due: int
    reached: UUID | None
    charges: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A credit note (below zero), or the reversal of a flow that was charged, either way.

    ``subject_id`` is the invoice at whose rate it is charged back; ``key`` names it once.
    """

    id: UUID
    key: str
    kind: str
    subject_id: UUID
    nature: FlowNature
    base_cents: int
    occurred_on: date


async def charge_batch(
    session: AsyncSession, actor: Actor, due: str, values: Mapping[str, Any]
) -> Batch:
    """Charge what the SQL ``due`` gives (see ``batches``), each at the rate of its own day (5.6).

    Flows of a day without a policy, and those that somebody who would owe has not said, wait on.
    One run of a cluster at a time: the caller sees to that.
    """
    members = await clusters.all_members(session, actor)
    accounts = [CONTRIBUTIONS, *(receivable(one.id, one.siren, one.name) for one in members)]
    found = await session.execute(
        text(charge_all(due)),
        {
            **values,
            "now": actor.now,
            "contributions": account_id(actor.cluster_id, CONTRIBUTIONS.code),
            "account_ids": [account_id(actor.cluster_id, one.code) for one in accounts],
            "codes": [one.code for one in accounts],
            "names": [one.name for one in accounts],
            "members": [one.member_id for one in accounts],
        },
    )
    row = found.one()
    for member_id in await repository.with_advances(session, actor, sorted(row.members)):
        await use_advances(session, actor, member_id)
    return Batch(row.due, row.reached, row.charges, int(row.amount_cents))


async def use_advances(session: AsyncSession, actor: Actor, member_id: UUID) -> None:
    """Let what a member has paid beforehand settle what a run has charged."""
    await repository.lock_account(session, member_id)
    settled = await settle(session, actor, member_id)
    if settled:
        await write(
            session,
            actor,
            journal=Journal.OTHER,
            reference=f"advance:{encode('adv', new_id())}",
            occurred_on=actor.now.date(),
            memo="Avance imputée sur contributions",
            postings=moved(ADVANCES, await receivable_of(session, actor, member_id), settled),
        )


async def charge_correction(session: AsyncSession, actor: Actor, one: Correction) -> list[int]:
    """Charge a correction at the original rate, to who bore it; the amounts, in cents.

    The total of an invoice never falls below zero (5.8).
    """
    debtors = await repository.debtors_of(session, actor, one.subject_id)
    parts = allot(one.base_cents, [1] * len(debtors))
    keys = [one.key, f"{one.key}/buyer"]
    return [
        await _charge_back(session, actor, replace(one, key=key, base_cents=part), member_id)
        for key, member_id, part in zip(keys, debtors, parts, strict=False)
    ]


async def _charge_back(
    session: AsyncSession, actor: Actor, one: Correction, member_id: UUID
) -> int:
    await repository.lock_account(session, member_id)
    lines, received = await repository.subject_history(session, actor, one.subject_id, member_id)
    # All of an invoice was charged at one rate: there is one line.
    (line,) = domain.lines_for(lines, received, one.base_cents, lines[0].terms)
    flow = Flow(
        cluster_id=actor.cluster_id,
        id=new_id() if one.key.endswith("/buyer") else one.id,
        key=one.key,
        kind=one.kind,
        nature=one.nature.value,
        subject_id=one.subject_id,
        position=len(lines) + 1,
        member_id=member_id,
        base_cents=one.base_cents,
        currency="EUR",
        occurred_on=one.occurred_on,
        recorded_at=actor.now,
    )
    session.add(flow)
    await session.flush()
    session.add(
        Charge(
            cluster_id=actor.cluster_id,
            flow_id=flow.id,
            member_id=member_id,
            base_cents=line.base_cents,
            bps=line.terms.bps,
            amount_cents=line.amount_cents,
            currency="EUR",
            policy_id=line.terms.policy_id,
            policy_version=line.terms.policy_version,
            due_on=one.occurred_on,
            charged_at=actor.now,
            evidence=_evidence(one, flow, line),
        )
    )
    await book(
        session,
        actor,
        member_id,
        line.amount_cents,
        reference=flow.key,
        occurred_on=one.occurred_on,
        memo="Contribution reprise ou rétablie",
    )
    return line.amount_cents


def _evidence(one: Correction, flow: Flow, line: Line) -> dict[str, Any]:
    return {
        "trigger": "invoice",
        "source": flow.key,
        "corrects": encode("flo", one.subject_id),
        "occurred_on": one.occurred_on.isoformat(),
        "flow_base_cents": one.base_cents,
        "base_cents": line.base_cents,
        "bps": line.terms.bps,
        "policy_version": line.terms.policy_version,
        "rounding": "half_up_per_line",
        "amount_cents": line.amount_cents,
        "ledger_reference": flow.key if line.amount_cents else None,
    }
