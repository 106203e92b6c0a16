"""Fees among the charges: written many at once, for they come once a year for every member."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.contributions import repository
from app.contributions.models import Charge, Flow
from app.contributions.service.accounts import settle_all
from app.infra.db import add_all_at_once
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.ledger import service as ledger
from app.ledger.domain import ADVANCES, FEES, Entry, Journal, moved, receivable

_AT_ONCE = 1_000
"""Members of one round of statements: what a run holds in memory stays bounded."""
_MEMO = "Cotisation annuelle"


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A fee, or the difference to it, that a member owes; ``key`` names it once in the cluster."""

    key: str
    number: int
    member_id: UUID
    occurred_on: date
    amount_cents: int
    policy_id: UUID
    policy_version: int
    evidence: dict[str, Any]


async def charge_fees(session: AsyncSession, actor: Actor, lines: Sequence[FeeLine]) -> None:
    """Charge fees, at most one line per member, and write them in the books (411 to 756).

    The caller has seen, alone, that the keys are new; advances of the members are used up.
    """
    ordered = sorted(lines, key=lambda line: line.member_id)
    for start in range(0, len(ordered), _AT_ONCE):
        await _charge(session, actor, ordered[start : start + _AT_ONCE])


async def _charge(session: AsyncSession, actor: Actor, lines: Sequence[FeeLine]) -> None:
    ids = [line.member_id for line in lines]
    await repository.lock_accounts(session, ids)
    members = await clusters.members_by_id(session, actor, set(ids))
    flows = [_flow(actor, line) for line in lines]
    charges = [_row(actor, line, flow.id) for line, flow in zip(lines, flows, strict=True)]
    await add_all_at_once(session, [*flows, *charges])
    from_advance = await settle_all(session, actor, ids)
    entries = []
    for line in lines:
        member = members[line.member_id]
        account = receivable(member.id, member.siren, member.name)
        postings = [
            *moved(account, FEES, line.amount_cents),
            *moved(ADVANCES, account, from_advance[line.member_id]),
        ]
        if postings:
            entries.append(Entry(Journal.SALES, line.key, line.occurred_on, _MEMO, postings))
    await ledger.post_all(session, actor, entries)


def _flow(actor: Actor, line: FeeLine) -> Flow:
    return Flow(
        cluster_id=actor.cluster_id,
        id=new_id(),
        key=line.key,
        kind="fee",
        nature="fee",
        position=line.number,
        member_id=line.member_id,
        base_cents=line.amount_cents,
        currency="EUR",
        occurred_on=line.occurred_on,
        recorded_at=actor.now,
    )


def _row(actor: Actor, line: FeeLine, flow_id: UUID) -> Charge:
    return Charge(
        cluster_id=actor.cluster_id,
        id=new_id(),
        flow_id=flow_id,
        member_id=line.member_id,
        base_cents=line.amount_cents,
        bps=None,
        amount_cents=line.amount_cents,
        currency="EUR",
        policy_id=line.policy_id,
        policy_version=line.policy_version,
        due_on=line.occurred_on,
        charged_at=actor.now,
        evidence={
            **line.evidence,
            "source": line.key,
            "occurred_on": line.occurred_on.isoformat(),
            "policy_version": line.policy_version,
            "amount_cents": line.amount_cents,
            "ledger_reference": line.key if line.amount_cents else None,
        },
    )
