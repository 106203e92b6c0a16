"""Mapped classes of contributions. All but the forecast are books: rows are only ever added."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class Policy(TenantRow, Base):
    """A version of the cluster's rates and fees, from a day until the next version's.

    Its fees are those of its bands, or linear: then the three amounts are there.
    """

    __tablename__ = "policy"

    version: Mapped[int]
    valid_from: Mapped[date]
    headcount_method: Mapped[str]
    pro_rata: Mapped[str]
    fee_per_fte_cents: Mapped[int | None]
    fee_floor_cents: Mapped[int | None]
    fee_cap_cents: Mapped[int | None]
    created_at: Mapped[datetime]
    person_id: Mapped[UUID]


class PolicyRate(TenantRow, Base):
    """The rate of one nature of flow in a version, in basis points."""

    __tablename__ = "policy_rate"

    policy_id: Mapped[UUID]
    nature: Mapped[str]
    bps: Mapped[int]
    trigger: Mapped[str]
    base: Mapped[str]
    debtor: Mapped[str]


class PolicyFeeBand(TenantRow, Base):
    """The yearly fee of a half-open band of headcounts in a version."""

    __tablename__ = "policy_fee_band"

    policy_id: Mapped[UUID]
    from_headcount: Mapped[int]
    to_headcount: Mapped[int | None]
    fee_cents: Mapped[int]


class AwardTrigger(TenantRow, Base):
    """What makes contributions on an award due, said once."""

    __tablename__ = "award_trigger"

    consortium_id: Mapped[UUID]
    award_id: Mapped[UUID]
    trigger: Mapped[str]
    said_at: Mapped[datetime]


class Forecast(TenantRow, Base):
    """What a party will owe on an award, until another forecast takes its place."""

    __tablename__ = "forecast"

    consortium_id: Mapped[UUID]
    award_id: Mapped[UUID]
    lot_id: Mapped[UUID | None]
    party_id: Mapped[UUID]
    member_id: Mapped[UUID]
    base_cents: Mapped[int]
    bps: Mapped[int]
    amount_cents: Mapped[int]
    currency: Mapped[str]
    trigger: Mapped[str]
    policy_id: Mapped[UUID]
    policy_version: Mapped[int]
    forecast_on: Mapped[date]
    created_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]


class Flow(TenantRow, Base):
    """Money that moved, or an award that stands for it; ``key`` names it once in the cluster.

    ``position`` counts the flows of one party on one award, or of one debtor on one ``subject_id``:
    an invoice between members, with its credit notes and reversals.
    """

    __tablename__ = "flow"

    key: Mapped[str]
    kind: Mapped[str]
    nature: Mapped[str]
    consortium_id: Mapped[UUID | None]
    award_id: Mapped[UUID | None]
    lot_id: Mapped[UUID | None]
    party_id: Mapped[UUID | None]
    position: Mapped[int]
    subject_id: Mapped[UUID | None]
    member_id: Mapped[UUID]
    base_cents: Mapped[int]
    currency: Mapped[str]
    occurred_on: Mapped[date]
    recorded_at: Mapped[datetime]


class Charge(TenantRow, Base):
    """What a member owes on one flow, at the rate of the flow's day, for ever.

    A fee has no rate: its base is the fee itself.
    """

    __tablename__ = "charge"

    flow_id: Mapped[UUID]
    member_id: Mapped[UUID]
    consortium_id: Mapped[UUID | None]
    base_cents: Mapped[int]
    bps: Mapped[int | None]
    amount_cents: Mapped[int]
    currency: Mapped[str]
    policy_id: Mapped[UUID]
    policy_version: Mapped[int]
    due_on: Mapped[date]
    charged_at: Mapped[datetime]
    evidence: Mapped[dict[str, Any]]


class ChargeTax(TenantRow, Base):
    """Tax that a call (``reference``) adds to a charge, or takes off when it is taken back."""

    __tablename__ = "charge_tax"

    charge_id: Mapped[UUID]
    member_id: Mapped[UUID]
    reference: Mapped[str]
    amount_cents: Mapped[int]
    added_at: Mapped[datetime]


class Payment(TenantRow, Base):
    """Money that a member paid to the cluster."""

    __tablename__ = "payment"

    member_id: Mapped[UUID]
    amount_cents: Mapped[int]
    currency: Mapped[str]
    received_on: Mapped[date]
    reference: Mapped[str]
    method: Mapped[str]
    recorded_at: Mapped[datetime]
    person_id: Mapped[UUID]


class Settlement(TenantRow, Base):
    """A payment's share for one charge; below zero when a credit note gives it back."""

    __tablename__ = "settlement"

    payment_id: Mapped[UUID]
    charge_id: Mapped[UUID]
    member_id: Mapped[UUID]
    consortium_id: Mapped[UUID | None]
    amount_cents: Mapped[int]
    received_on: Mapped[date]
    settled_at: Mapped[datetime]
