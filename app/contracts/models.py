"""Mapped classes of a contract that is carried out: books, to which rows are only added."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class SignedContract(TenantRow, Base):
    """The contract of a won lot; without an amount it is a framework, and has a maximum."""

    __tablename__ = "signed_contract"

    consortium_id: Mapped[UUID]
    award_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    number: Mapped[str]
    signed_on: Mapped[date]
    starts_on: Mapped[date]
    months: Mapped[int]
    law: Mapped[str]
    nature: Mapped[str]
    form: Mapped[str]
    form_reason: Mapped[str | None]
    payment: Mapped[str]
    amount_cents: Mapped[int | None]
    maximum_cents: Mapped[int | None]
    threshold_cents: Mapped[int]
    account_days: Mapped[int]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]

    @property
    def initial_cents(self) -> int:
        """What amendments are measured against: the amount, or a framework's maximum."""
        return self.amount_cents if self.amount_cents is not None else self.maximum_cents or 0


class ContractOrder(TenantRow, Base):
    """A call on a framework (R2162-13); taken back by its opposite."""

    __tablename__ = "contract_order"

    consortium_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    number: Mapped[str]
    subject: Mapped[str | None]
    ordered_on: Mapped[date]
    amount_cents: Mapped[int]
    reverses: Mapped[UUID | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class Amendment(TenantRow, Base):
    """A change of the contract on its ground; taken back by its opposite."""

    __tablename__ = "amendment"

    consortium_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    ground: Mapped[str]
    reason: Mapped[str]
    signed_on: Mapped[date]
    change_cents: Mapped[int]
    reverses: Mapped[UUID | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class ContractPart(TenantRow, Base):
    """By how much a party's part moved: at signature, by an order, by an amendment.

    A party's part is the sum of its rows.
    """

    __tablename__ = "contract_part"

    consortium_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    party_id: Mapped[UUID]
    order_id: Mapped[UUID | None]
    amendment_id: Mapped[UUID | None]
    amount_cents: Mapped[int]


class Closure(TenantRow, Base):
    """The contract is over."""

    __tablename__ = "contract_closure"

    consortium_id: Mapped[UUID]
    contract_id: Mapped[UUID]
    ground: Mapped[str]
    reason: Mapped[str | None]
    ended_on: Mapped[date]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
