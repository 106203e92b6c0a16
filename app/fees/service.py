"""Use cases of fees: to declare a headcount, to see what a run would charge, to run."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.contributions import service as contributions
from app.contributions.domain import HeadcountMethod
from app.contributions.service import FeeLine
from app.fees import domain, repository
from app.fees.domain import Fee, Plan
from app.fees.models import Headcount
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.days import not_in_future
from app.kernel.errors import Forbidden
from app.kernel.ids import encode


async def declare(
    session: AsyncSession,
    actor: Actor,
    member_id: UUID,
    *,
    year: int,
    method: HeadcountMethod,
    hundredths: int,
    declared_on: date | None,
) -> Headcount:
    """Declare a company's headcount for the fee of a year, by its manager or the treasurer.

    ``hundredths`` of a full-time equivalent, taken over the year before by ``method`` (S12).
    Declared again, it is a correction: the next run charges the difference (DOMAIN.md 5.16).
    Raises NotFound, Forbidden, Invalid, TooManyDeclarations.
    """
    await clusters.get_member(session, actor, member_id)
    require(actor, Permission.DECLARE_HEADCOUNT)
    if actor.member_id not in {None, member_id}:
        raise Forbidden
    today = actor.now.date()
    domain.check_year(year, today)
    if declared_on is not None:
        not_in_future(declared_on, today, "/declared_on")
    await repository.hold_headcounts(session, actor, member_id)
    if await repository.declared(session, actor, member_id, year) >= domain.MOST_DECLARATIONS:
        raise domain.TooManyDeclarations
    headcount = Headcount(
        cluster_id=actor.cluster_id,
        member_id=member_id,
        year=year,
        method=method.value,
        hundredths=hundredths,
        declared_on=declared_on or today,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(headcount)
    await session.flush()
    await record(session, actor, "headcount.declared", headcount.id)
    return headcount


def read_fees(actor: Actor) -> None:
    """Raise Forbidden unless the actor may see what a run would charge."""
    require(actor, Permission.READ_BOOKS)


def plan(rows: repository.Row, year: int, today: date) -> Plan:
    """What a run would charge for a year; ``rows`` are what ``facts`` gave. Raises Invalid."""
    domain.check_year(year, today)
    policies, members = repository.policies_of(rows), repository.members_of(rows)
    return domain.plan(policies, members, year, today)


async def run(session: AsyncSession, actor: Actor, year: int) -> Plan:
    """Charge what is still to charge for a year; done again, it charges nothing.

    In one transaction: killed, it has charged nobody. Raises Forbidden, Invalid.
    """
    require(actor, Permission.RUN_FEES)
    domain.check_year(year, actor.now.date())
    await repository.hold_run(session, actor)
    planned = plan(await repository.facts(session, year), year, actor.now.date())
    await contributions.charge_fees(session, actor, [line(fee) for fee in planned.fees])
    detail = {"year": year, "lines": len(planned.fees)}
    await record(session, actor, "fees.run", actor.cluster_id, detail=detail)
    return planned


def line(fee: Fee) -> FeeLine:
    """A fee as a charge; adjustments bear their number."""
    key = f"fee:{fee.year}:{encode('mem', fee.member_id)}"
    return FeeLine(
        key=key if fee.number == 1 else f"{key}:{fee.number}",
        number=fee.number,
        member_id=fee.member_id,
        occurred_on=fee.occurred_on,
        amount_cents=fee.amount_cents,
        policy_id=fee.policy.id,
        policy_version=fee.policy.version,
        evidence=evidence(fee),
    )


def evidence(fee: Fee) -> dict[str, Any]:
    """Why the amount is what it is: enough to compute it again by hand."""
    terms, headcount = fee.policy.terms, fee.headcount
    found: dict[str, Any] = {
        "year": fee.year,
        "headcount": None,
        "pro_rata": {
            "by": terms.pro_rata.value,
            "counted": fee.part.counted,
            "whole": fee.part.whole,
        },
        "rounding": "half_up_once",
        "fee_cents": fee.fee_cents,
        "charged_before_cents": fee.before_cents,
    }
    if headcount is None:
        return found
    band = terms.band(headcount.hundredths)
    found["headcount"] = {
        "id": encode("hdc", headcount.id),
        "method": headcount.method.value,
        "fte_hundredths": headcount.hundredths,
        "declared_on": headcount.declared_on.isoformat(),
    }
    if band is not None:
        found["band"] = {
            "from_headcount": band.from_headcount,
            "to_headcount": band.to_headcount,
            "fee_cents": band.fee_cents,
        }
    if terms.linear is not None:
        found["linear"] = {
            "per_fte_cents": terms.linear.per_fte_cents,
            "floor_cents": terms.linear.floor_cents,
            "cap_cents": terms.linear.cap_cents,
        }
    return found
