"""Queries of contributions by name; each starts from the actor's cluster, in Python too."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions.domain import FlowNature, Item, Line, Terms, Trigger
from app.contributions.models import (
    AwardTrigger,
    Charge,
    Flow,
    Forecast,
    Payment,
    Policy,
    PolicyRate,
    Settlement,
)
from app.infra.db import hold
from app.kernel.actor import Actor
from app.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class RateVersion:
    """The rate of one nature in one version of the policy."""

    valid_from: date
    terms: Terms
    trigger: Trigger


async def lock_account(session: AsyncSession, member_id: UUID) -> None:
    """Hold a member's account until the transaction ends.

    An advisory lock: a row lock would need UPDATE on books that only grow. Several are taken in
    the order of the members' ids.
    """
    await lock_accounts(session, [member_id])


async def lock_accounts(session: AsyncSession, member_ids: Sequence[UUID]) -> None:
    """Hold the accounts of members, given in the order of their ids."""
    await session.flush()
    await session.execute(
        text("SELECT app.lock_account(one) FROM unnest(CAST(:members AS uuid[])) AS one"),
        {"members": list(member_ids)},
    )


async def lock_policies(session: AsyncSession, actor: Actor) -> None:
    """Let one transaction at a time write a version of the cluster's policy."""
    await hold(session, f"policies {actor.cluster_id}")


async def policies(session: AsyncSession, actor: Actor) -> Sequence[Policy]:
    """All versions of the cluster's policy, oldest first."""
    query = select(Policy).where(Policy.cluster_id == actor.cluster_id).order_by(Policy.version)
    return (await session.scalars(query)).all()


async def rate_versions(
    session: AsyncSession, actor: Actor, nature: FlowNature
) -> list[RateVersion]:
    """The rates of a nature of flow, oldest first."""
    query = (
        select(Policy.valid_from, PolicyRate.bps, Policy.id, Policy.version, PolicyRate.trigger)
        .join(
            PolicyRate,
            (PolicyRate.cluster_id == Policy.cluster_id) & (PolicyRate.policy_id == Policy.id),
        )
        .where(Policy.cluster_id == actor.cluster_id, PolicyRate.nature == nature.value)
        .order_by(Policy.version)
    )
    return [
        RateVersion(valid_from, Terms(bps, policy_id, version), Trigger(trigger))
        for valid_from, bps, policy_id, version, trigger in await session.execute(query)
    ]


async def award_trigger(
    session: AsyncSession, actor: Actor, consortium_id: UUID, award_id: UUID, *, if_unsaid: Trigger
) -> Trigger:
    """What makes contributions on an award due: what was said first, for ever."""
    said = select(AwardTrigger.trigger).where(
        AwardTrigger.cluster_id == actor.cluster_id, AwardTrigger.award_id == award_id
    )
    found = await session.scalar(said)
    if found is None:
        say = insert(AwardTrigger).values(
            cluster_id=actor.cluster_id,
            id=new_id(),
            consortium_id=consortium_id,
            award_id=award_id,
            trigger=if_unsaid.value,
            said_at=actor.now,
        )
        await session.execute(say.on_conflict_do_nothing())
        # Read again: another transaction may have said it first.
        found = (await session.execute(said)).scalar_one()
    return Trigger(found)


async def supersede_forecasts(session: AsyncSession, actor: Actor, award_id: UUID) -> None:
    """Set aside the present forecasts of an award."""
    await session.execute(
        update(Forecast)
        .where(
            Forecast.cluster_id == actor.cluster_id,
            Forecast.award_id == award_id,
            Forecast.superseded_at.is_(None),
        )
        .values(superseded_at=actor.now)
        .execution_options(synchronize_session=False)
    )


async def charge_of(session: AsyncSession, actor: Actor, key: str) -> Charge | None:
    """The charge of a flow, by the flow's key."""
    query = (
        select(Charge)
        .join(Flow, (Flow.cluster_id == Charge.cluster_id) & (Flow.id == Charge.flow_id))
        .where(Charge.cluster_id == actor.cluster_id, Flow.key == key)
    )
    found: Charge | None = await session.scalar(query)
    return found


async def history(
    session: AsyncSession, actor: Actor, award_id: UUID, party_id: UUID
) -> tuple[list[Line], int]:
    """What was charged to a party on an award, oldest first, and the sum of its flows in cents."""
    return await _lines(session, actor, Flow.award_id == award_id, Flow.party_id == party_id)


async def subject_history(
    session: AsyncSession, actor: Actor, subject_id: UUID, member_id: UUID
) -> tuple[list[Line], int]:
    """The same of what a debtor was charged on an invoice between members."""
    of_it = (Flow.subject_id == subject_id, Flow.member_id == member_id)
    return await _lines(session, actor, *of_it)


async def debtors_of(session: AsyncSession, actor: Actor, subject_id: UUID) -> list[UUID]:
    """Who was charged on an invoice between members: the seller, then the buyer of the half."""
    rows = await session.scalars(
        select(Flow.member_id)
        .where(
            Flow.cluster_id == actor.cluster_id, Flow.subject_id == subject_id, Flow.position == 1
        )
        .order_by(Flow.id != subject_id)
    )
    return list(rows)


async def with_advances(
    session: AsyncSession, actor: Actor, member_ids: Collection[UUID]
) -> list[UUID]:
    """Those of the members that have paid more than was charged, in the order of their ids."""
    settled = (
        select(func.coalesce(func.sum(Settlement.amount_cents), 0))
        .where(
            Settlement.cluster_id == Payment.cluster_id,
            Settlement.payment_id == Payment.id,
        )
        .scalar_subquery()
    )
    query = select(Payment.member_id).where(
        Payment.cluster_id == actor.cluster_id,
        Payment.member_id.in_(member_ids),
        Payment.amount_cents > settled,
    )
    return list(await session.scalars(query.distinct().order_by(Payment.member_id)))


async def _lines(
    session: AsyncSession, actor: Actor, *of_it: ColumnElement[bool]
) -> tuple[list[Line], int]:
    flow = (Flow.cluster_id == actor.cluster_id, *of_it)
    charges = await session.scalars(
        select(Charge)
        .join(Flow, (Flow.cluster_id == Charge.cluster_id) & (Flow.id == Charge.flow_id))
        .where(*flow)
        .order_by(Flow.position)
    )
    received = await session.scalar(select(func.sum(Flow.base_cents)).where(*flow))
    lines = [
        Line(one.base_cents, one.amount_cents, Terms(one.bps, one.policy_id, one.policy_version))
        for one in charges
        if one.bps is not None  # only a fee has none, and it is on no award
    ]
    return lines, int(received or 0)


async def charged_parties(
    session: AsyncSession, actor: Actor, award_id: UUID
) -> list[tuple[UUID, UUID]]:
    """Party and member of every flow on an award."""
    rows = await session.execute(
        select(Flow.party_id, Flow.member_id)
        .where(Flow.cluster_id == actor.cluster_id, Flow.award_id == award_id)
        .distinct()
    )
    return [(party_id, member_id) for party_id, member_id in rows if party_id]


async def accounts(
    session: AsyncSession, member_ids: Sequence[UUID]
) -> dict[UUID, tuple[list[Item], list[Item]]]:
    """What the charges and payments of members have open, oldest first, in one query.

    With them, payments that are used up, when a credit note is open and may give them back.

    Through a function that sees past the walls: whoever records the receipt of a fellow party
    may not read that party's payments, and yet the charge must use up its advance. Nothing of
    it may be shown.
    """
    rows = await session.execute(
        text(
            "SELECT one, kind, id, on_day, amount_cents, settled_cents, consortium_id"
            " FROM unnest(CAST(:members AS uuid[])) AS one, app.open_items(one)"
            " ORDER BY one, on_day, id"
        ),
        {"members": list(member_ids)},
    )
    found: dict[UUID, tuple[list[Item], list[Item]]] = {one: ([], []) for one in member_ids}
    for member_id, kind, *columns in rows:
        charges, payments = found[member_id]
        (charges if kind == "charge" else payments).append(Item(*columns))
    return found
