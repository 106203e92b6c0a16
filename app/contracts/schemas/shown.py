"""What callers are shown."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.consortia.domain import Form
from app.contracts import domain
from app.contracts.domain import ContractNature, Ending, Ground, Law, Payment
from app.contracts.models import Amendment, ContractOrder, SignedContract
from app.contracts.service import Amended, Ordered, Signed
from app.infra.http.ids import (
    AmendmentId,
    AwardId,
    ClosureId,
    LotId,
    OrderId,
    PartyId,
    PersonId,
    SignedContractId,
)
from app.infra.http.schemas import MoneyOut, Out, money_out


class PartOut(Out):
    """A party's part, excluding tax; below zero where it is taken back."""

    party_id: PartyId
    amount: MoneyOut


class ContractOut(Out):
    """The contract of a won lot."""

    id: SignedContractId
    award_id: AwardId
    lot_id: LotId
    number: str
    signed_on: date
    starts_on: date
    months: int
    law: Law = Field(description="Of a concession's tender: R3135-1 to 9; else R2194-1 to 9.")
    nature: ContractNature
    form: Form
    form_reason: str | None
    payment: Payment
    amount: MoneyOut | None = Field(description="Initial, excluding tax; null for a framework.")
    maximum: MoneyOut | None = Field(description="Initial, of a framework.")
    european_threshold: MoneyOut
    account_days: int
    recorded_by: PersonId
    recorded_at: AwareDatetime


class SignedOut(ContractOut):
    """A fresh contract with each party's part, of the award's."""

    parts: list[PartOut]


class ClosureOut(Out):
    """How a contract ended."""

    id: ClosureId
    ground: Ending
    reason: str | None
    ended_on: date
    recorded_at: AwareDatetime


class ChangedOut(Out):
    """What amendments come to on balance, against the initial amount or maximum."""

    total: MoneyOut
    total_bps: int = Field(description="In basis points of the initial amount, cut, unsigned.")
    low_amount: MoneyOut = Field(description="Of them, those of R2194-8 or R3135-8.")
    low_amount_bps: int
    limit_bps: int = Field(description="What `low_amount_bps` stays under (R2194-8, R3135-8).")


class ContractState(ContractOut):
    """A contract as it now stands."""

    version: int = Field(description="Of the joint answer; also the ETag that an amendment names.")
    parts: list[PartOut]
    total: MoneyOut = Field(description="Of the parts: a framework's, what was ordered.")
    amended: ChangedOut
    closure: ClosureOut | None


class OrderOut(Out):
    """An order, or what takes one back."""

    id: OrderId
    number: str
    subject: str | None
    ordered_on: date
    amount: MoneyOut
    reverses: OrderId | None
    parts: list[PartOut]
    recorded_by: PersonId
    recorded_at: AwareDatetime


class AmendmentOut(Out):
    """An amendment, or what takes one back; ``parts`` is by how much each moved."""

    id: AmendmentId
    ground: Ground
    article: str = Field(examples=["R2194-8"])
    reason: str
    signed_on: date
    change: MoneyOut
    reverses: AmendmentId | None
    recorded_by: PersonId
    recorded_at: AwareDatetime


class AmendedOut(AmendmentOut):
    """A fresh amendment, each party's whole part after it, and what amendments come to."""

    parts: list[PartOut]
    amended: ChangedOut


def parts_out(parts: Mapping[UUID, int]) -> list[PartOut]:
    """Parts by party, in order."""
    return [
        PartOut(party_id=party_id, amount=MoneyOut(amount_cents=cents))
        for party_id, cents in sorted(parts.items())
    ]


def signed_out(signed: Signed) -> SignedOut:
    """The answer to a fresh contract."""
    one = signed.contract
    return SignedOut(
        id=one.id,
        award_id=one.award_id,
        lot_id=one.lot_id,
        number=one.number,
        signed_on=one.signed_on,
        starts_on=one.starts_on,
        months=one.months,
        law=Law(one.law),
        nature=ContractNature(one.nature),
        form=Form(one.form),
        form_reason=one.form_reason,
        payment=Payment(one.payment),
        amount=money_out(one.amount_cents),
        maximum=money_out(one.maximum_cents),
        european_threshold=MoneyOut(amount_cents=one.threshold_cents),
        account_days=one.account_days,
        recorded_by=one.person_id,
        recorded_at=one.recorded_at,
        parts=parts_out(signed.parts),
    )


def order_out(ordered: Ordered) -> OrderOut:
    """The answer that shows an order."""
    one: ContractOrder = ordered.order
    return OrderOut(
        id=one.id,
        number=one.number,
        subject=one.subject,
        ordered_on=one.ordered_on,
        amount=MoneyOut(amount_cents=one.amount_cents),
        reverses=one.reverses,
        parts=parts_out(ordered.parts),
        recorded_by=one.person_id,
        recorded_at=one.recorded_at,
    )


def amended_out(amended: Amended) -> AmendedOut:
    """The answer to a fresh amendment."""
    one: Amendment = amended.amendment
    ground = Ground(one.ground)
    return AmendedOut(
        id=one.id,
        ground=ground,
        article=domain.ARTICLES[Law(amended.contract.law)][ground],
        reason=one.reason,
        signed_on=one.signed_on,
        change=MoneyOut(amount_cents=one.change_cents),
        reverses=one.reverses,
        recorded_by=one.person_id,
        recorded_at=one.recorded_at,
        parts=parts_out(amended.parts),
        amended=_changed_out(amended),
    )


def _changed_out(amended: Amended) -> ChangedOut:
    contract: SignedContract = amended.contract
    initial = contract.initial_cents
    return ChangedOut(
        total=MoneyOut(amount_cents=amended.change_cents),
        total_bps=domain.cumulated_bps(initial, amended.change_cents),
        low_amount=MoneyOut(amount_cents=amended.low_amount_cents),
        low_amount_bps=domain.cumulated_bps(initial, amended.low_amount_cents),
        limit_bps=domain.limit_bps(Law(contract.law), ContractNature(contract.nature)),
    )
