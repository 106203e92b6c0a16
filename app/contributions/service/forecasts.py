"""Forecasts: what an award will bring the cluster, and what it brings at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions import repository
from app.contributions.domain import FlowNature, Part, Terms, Trigger, line
from app.contributions.models import Forecast
from app.contributions.service.charges import Source, charge
from app.contributions.service.policies import rate_on
from app.kernel.actor import Actor
from app.kernel.ids import encode


@dataclass(frozen=True, slots=True)
class _Award:
    consortium_id: UUID
    award_id: UUID
    lot_id: UUID | None
    on: date
    trigger: Trigger

    def source(self, party_id: UUID, member_id: UUID, base_cents: int) -> Source:
        """The award as what makes a party's contribution due."""
        return Source(
            key=f"award:{encode('awd', self.award_id)}:{encode('par', party_id)}",
            trigger=self.trigger,
            consortium_id=self.consortium_id,
            award_id=self.award_id,
            lot_id=self.lot_id,
            party_id=party_id,
            member_id=member_id,
            base_cents=base_cents,
            occurred_on=self.on,
        )


async def award_without_amount(
    session: AsyncSession, actor: Actor, *, consortium_id: UUID, award_id: UUID
) -> None:
    """Take note of an award whose amount nobody knows (a framework): receipts will charge it.

    Whatever the policy says, and for ever: an amount that becomes known later is forecast, and
    charges nothing.
    """
    await repository.award_trigger(
        session, actor, consortium_id, award_id, if_unsaid=Trigger.CASH_RECEIVED
    )


async def forecast(
    session: AsyncSession,
    actor: Actor,
    *,
    consortium_id: UUID,
    award_id: UUID,
    lot_id: UUID | None,
    parts: Sequence[Part],
    on: date,
) -> None:
    """Forecast the contribution of each part of an award, at the rate in force on a day.

    One part per party, in cents excluding tax; a company outside the cluster owes nothing (S7).
    Said again for one award (an amendment), it takes the place of the forecast before, and the
    award's trigger stays. With the trigger *award*, each part is charged at once, and an
    amendment charges the difference at the first rate (DOMAIN.md 5.8). Raises NoPolicy.
    """
    rate = await rate_on(session, actor, FlowNature.JOINT_ANSWER, on)
    trigger = await repository.award_trigger(
        session, actor, consortium_id, award_id, if_unsaid=rate.trigger
    )
    award = _Award(consortium_id, award_id, lot_id, on, trigger)
    await repository.supersede_forecasts(session, actor, award_id)
    sources = [
        award.source(part.party_id, part.member_id, part.base_cents)
        for part in parts
        if part.member_id is not None
    ]
    session.add_all(_row(actor, source, rate.terms) for source in sources)
    await session.flush()
    if trigger == Trigger.AWARD:
        by_party = {source.party_id: source for source in sources}
        for party_id, member_id in await repository.charged_parties(session, actor, award_id):
            by_party.setdefault(party_id, award.source(party_id, member_id, 0))
        # In the order of the members' ids: the one in which accounts are locked.
        for source in sorted(by_party.values(), key=lambda one: one.member_id):
            await _charge_difference(session, actor, source, rate.terms)


async def _charge_difference(
    session: AsyncSession, actor: Actor, source: Source, terms: Terms
) -> None:
    await repository.lock_account(session, source.member_id)
    lines, so_far = await repository.history(session, actor, source.award_id, source.party_id)
    if source.base_cents == so_far:
        return
    change = replace(source, base_cents=source.base_cents - so_far)
    if lines:
        change = replace(change, key=f"{source.key}:{len(lines) + 1}")
        terms = lines[0].terms
    await charge(session, actor, change, terms)


def _row(actor: Actor, source: Source, terms: Terms) -> Forecast:
    expected = line(source.base_cents, terms)
    return Forecast(
        cluster_id=actor.cluster_id,
        consortium_id=source.consortium_id,
        award_id=source.award_id,
        lot_id=source.lot_id,
        party_id=source.party_id,
        member_id=source.member_id,
        base_cents=expected.base_cents,
        bps=terms.bps,
        amount_cents=expected.amount_cents,
        currency="EUR",
        trigger=source.trigger.value,
        policy_id=terms.policy_id,
        policy_version=terms.policy_version,
        forecast_on=source.occurred_on,
        created_at=actor.now,
    )
