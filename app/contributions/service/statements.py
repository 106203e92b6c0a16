"""What each party of a consortium owes the cluster, and why."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions import repository
from app.contributions.domain import (
    ChargeEvidence,
    ConsortiumContribution,
    ForecastEvidence,
    PartyContribution,
    PaymentEvidence,
)
from app.contributions.models import Charge, Flow, Forecast, Settlement
from app.kernel.actor import Actor
from app.kernel.money import Money


async def of_consortium(
    session: AsyncSession, actor: Actor, consortium_id: UUID
) -> ConsortiumContribution:
    """Forecast, due, charged and paid, party by party, each figure with its evidence.

    All of it is of one moment, whatever is being written meanwhile. Whoever may not see the
    consortium's amounts gets no party at all: row security decides.
    """
    forecasts: dict[UUID, list[Forecast]] = defaultdict(list)
    charges: dict[UUID, list[ChargeEvidence]] = defaultdict(list)
    payments: dict[UUID, list[PaymentEvidence]] = defaultdict(list)
    members: dict[UUID, UUID] = {}
    party_of: dict[UUID, UUID] = {}
    rows = await repository.of_consortium(session, actor, consortium_id)
    for forecast in rows.forecasts:
        forecasts[forecast.party_id].append(forecast)
        members[forecast.party_id] = forecast.member_id
    for charge, flow in rows.charges:
        if flow.party_id is not None:
            charges[flow.party_id].append(_charge(charge, flow))
            members[flow.party_id] = flow.member_id
            party_of[charge.id] = flow.party_id
    for settlement, reference in rows.settlements:
        payments[party_of[settlement.charge_id]].append(_payment(settlement, reference))
    return ConsortiumContribution(
        consortium_id,
        tuple(
            PartyContribution(
                party_id=party_id,
                member_id=member_id,
                bps=forecasts[party_id][-1].bps if forecasts[party_id] else None,
                policy_version=(
                    forecasts[party_id][-1].policy_version if forecasts[party_id] else None
                ),
                forecasts=tuple(_forecast(one) for one in forecasts[party_id]),
                charges=tuple(charges[party_id]),
                payments=tuple(payments[party_id]),
            )
            for party_id, member_id in sorted(members.items())
        ),
    )


def _forecast(row: Forecast) -> ForecastEvidence:
    return ForecastEvidence(
        award_id=row.award_id,
        lot_id=row.lot_id,
        base=Money(row.base_cents, row.currency),
        bps=row.bps,
        policy_version=row.policy_version,
        trigger=row.trigger,
        amount=Money(row.amount_cents, row.currency),
    )


def _charge(charge: Charge, flow: Flow) -> ChargeEvidence:
    return ChargeEvidence(
        charge_id=charge.id,
        flow_id=flow.id,
        source=flow.key,
        award_id=flow.award_id,
        lot_id=flow.lot_id,
        occurred_on=flow.occurred_on,
        flow_base=Money(flow.base_cents, flow.currency),
        base=Money(charge.base_cents, charge.currency),
        bps=charge.bps,
        policy_version=charge.policy_version,
        amount=Money(charge.amount_cents, charge.currency),
    )


def _payment(settlement: Settlement, reference: str | None) -> PaymentEvidence:
    return PaymentEvidence(
        charge_id=settlement.charge_id,
        received_on=settlement.received_on,
        reference=reference,
        amount=Money(settlement.amount_cents),
    )
