"""The policy: rates and fees, by version."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions import domain, repository
from app.contributions.domain import FlowNature, PolicyTerms
from app.contributions.models import Policy, PolicyFeeBand, PolicyRate
from app.contributions.repository import RateVersion
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor


async def set_policy(
    session: AsyncSession, actor: Actor, *, valid_from: date, terms: PolicyTerms
) -> Policy:
    """Write a version of the policy, in force from a day on; the one before ends there.

    Charges already made keep their version (DOMAIN.md 5.6). Raises Forbidden, Invalid (a day
    gone by, unless it is the first version, or more than two years off), PolicyOutOfOrder.
    """
    require(actor, Permission.SET_POLICY)
    await repository.lock_policies(session, actor)
    known = await repository.policies(session, actor)
    domain.check_first_day(valid_from, actor.now.date(), first=not known)
    linear = terms.fees.linear
    policy = Policy(
        cluster_id=actor.cluster_id,
        version=domain.next_version(known, valid_from),
        valid_from=valid_from,
        headcount_method=terms.fees.method.value,
        pro_rata=terms.fees.pro_rata.value,
        fee_per_fte_cents=linear.per_fte_cents if linear else None,
        fee_floor_cents=linear.floor_cents if linear else None,
        fee_cap_cents=linear.cap_cents if linear else None,
        created_at=actor.now,
        person_id=actor.person_id,
    )
    session.add(policy)
    await session.flush()
    session.add_all(_rows(policy, terms))
    await session.flush()
    await record(session, actor, "policy.set", policy.id)
    return policy


async def ensure_default_policy(session: AsyncSession, actor: Actor, valid_from: date) -> Policy:
    """The newest version of the policy; the default one, from a day on, if there is none.

    Raises Forbidden when it has to be written and the actor may not.
    """
    known = await repository.policies(session, actor)
    if known:
        return known[-1]
    return await set_policy(session, actor, valid_from=valid_from, terms=domain.default_terms())


async def rate_on(session: AsyncSession, actor: Actor, nature: FlowNature, on: date) -> RateVersion:
    """The rate in force on a day; raises NoPolicy."""
    found = domain.effective(await repository.rate_versions(session, actor, nature), on)
    if found is None:
        raise domain.NoPolicy
    return found


async def require_rate(session: AsyncSession, actor: Actor, on: date) -> None:
    """Raise NoPolicy unless joint answers have a rate on a day: to ask before writing anything."""
    await rate_on(session, actor, FlowNature.JOINT_ANSWER, on)


def _rows(policy: Policy, terms: PolicyTerms) -> list[PolicyRate | PolicyFeeBand]:
    rates = [
        PolicyRate(
            cluster_id=policy.cluster_id,
            policy_id=policy.id,
            nature=rate.nature.value,
            bps=rate.bps,
            trigger=rate.trigger.value,
            base=rate.base.value,
            debtor=rate.debtor.value,
        )
        for rate in terms.rates
    ]
    bands = [
        PolicyFeeBand(
            cluster_id=policy.cluster_id,
            policy_id=policy.id,
            from_headcount=band.from_headcount,
            to_headcount=band.to_headcount,
            fee_cents=band.fee_cents,
        )
        for band in terms.fees.bands
    ]
    return [*rates, *bands]
