"""What each party of a consortium owes the cluster, and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app.contributions.domain import (
    ChargeEvidence,
    ConsortiumContribution,
    ForecastEvidence,
    PartyContribution,
    PaymentEvidence,
)
from app.kernel.money import Money

Row = Mapping[str, Any]


def statement(consortium_id: UUID, rows: Mapping[str, Sequence[Row]]) -> ConsortiumContribution:
    """Forecast, due, charged and paid, party by party, each figure with its evidence.

    ``rows`` are what ``STATEMENT_ROWS`` gave: all of one moment, whatever is being written
    meanwhile. Whoever may not see the consortium's amounts gets no party at all: row security
    decides.
    """
    forecasts: dict[UUID, list[ForecastEvidence]] = defaultdict(list)
    charges: dict[UUID, list[ChargeEvidence]] = defaultdict(list)
    payments: dict[UUID, list[PaymentEvidence]] = defaultdict(list)
    members: dict[UUID, UUID] = {}
    party_of: dict[str, UUID] = {}
    for row in rows["forecasts"]:
        party = UUID(row["party_id"])
        forecasts[party].append(_forecast(row))
        members[party] = UUID(row["member_id"])
    for row in rows["charges"]:
        charge, flow = row["charge"], row["flow"]
        party = UUID(flow["party_id"])
        charges[party].append(_charge(charge, flow))
        members[party] = UUID(flow["member_id"])
        party_of[charge["id"]] = party
    for row in rows["settlements"]:
        settlement = row["settlement"]
        party = party_of[settlement["charge_id"]]
        payments[party].append(_payment(settlement, row["reference"]))
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
                forecasts=tuple(forecasts[party_id]),
                charges=tuple(charges[party_id]),
                payments=tuple(payments[party_id]),
            )
            for party_id, member_id in sorted(members.items())
        ),
    )


def _forecast(row: Row) -> ForecastEvidence:
    return ForecastEvidence(
        award_id=UUID(row["award_id"]),
        lot_id=_id(row["lot_id"]),
        base=Money(row["base_cents"], row["currency"]),
        bps=row["bps"],
        policy_version=row["policy_version"],
        trigger=row["trigger"],
        amount=Money(row["amount_cents"], row["currency"]),
    )


def _charge(charge: Row, flow: Row) -> ChargeEvidence:
    return ChargeEvidence(
        charge_id=UUID(charge["id"]),
        flow_id=UUID(flow["id"]),
        source=flow["key"],
        award_id=_id(flow["award_id"]),
        lot_id=_id(flow["lot_id"]),
        occurred_on=date.fromisoformat(flow["occurred_on"]),
        flow_base=Money(flow["base_cents"], flow["currency"]),
        base=Money(charge["base_cents"], charge["currency"]),
        bps=charge["bps"],
        policy_version=charge["policy_version"],
        amount=Money(charge["amount_cents"], charge["currency"]),
    )


def _payment(settlement: Row, reference: str | None) -> PaymentEvidence:
    return PaymentEvidence(
        charge_id=UUID(settlement["charge_id"]),
        received_on=date.fromisoformat(settlement["received_on"]),
        reference=reference,
        amount=Money(settlement["amount_cents"]),
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
