"""What callers give."""

from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator

from app.consortia.domain import Form
from app.contracts.domain import ContractNature, Ending, Ground, Payment, Terms
from app.contracts.service import Call, Change
from app.infra.http.day import Day
from app.infra.http.ids import AwardId, PartyId
from app.infra.http.schemas import In, MoneyIn, ShortText
from app.infra.http.text import Text
from app.kernel.money import MAX_CENTS

Reason = Annotated[str, Text(least=1, most=2_000, lines=True)]
Number = Annotated[str, Text(least=1, most=100)]
Cents = Annotated[StrictInt, Field(ge=0, le=MAX_CENTS)]
SignedCents = Annotated[StrictInt, Field(ge=-MAX_CENTS, le=MAX_CENTS)]


class PartIn(In):
    """A party's part, in cents excluding tax; zero for none."""

    party_id: PartyId
    amount_cents: Cents


Parts = Annotated[list[PartIn], Field(min_length=1, max_length=100)]


def by_party(parts: list[PartIn]) -> dict[PartyId, int]:
    """Parts as the rules read them."""
    return {one.party_id: one.amount_cents for one in parts}


def once_each(parts: list[PartIn] | None) -> None:
    """Raise ValueError when a party stands there twice."""
    if parts is not None and len(by_party(parts)) != len(parts):
        raise ValueError("Chaque partie est là une fois.")


class ContractIn(In):
    """The contract of a won lot, as it was signed."""

    award_id: AwardId
    number: Number = Field(description="The buyer's.", examples=["2026-MAPA-017"])
    signed_on: Day
    starts_on: Day
    months: StrictInt = Field(ge=1, le=600, description="Its duration, renewals included.")
    nature: ContractNature = Field(description="The threshold of R2194-8 depends on it.")
    form: Form = Field(description="At the award: it may differ from the bid's (R2142-22).")
    form_reason: Reason | None = Field(
        None, description="Why the buyer imposes another form, as its documents justify it."
    )
    payment: Payment | None = Field(
        None,
        description="Not given: `joint_account` for `solidaire`, else `separate`.",
    )
    maximum: MoneyIn | None = Field(
        None, description="Of a framework, and of it alone (R2162-4); excluding tax."
    )
    european_threshold: MoneyIn | None = Field(
        None,
        description="Of this buyer. Not given: that of local buyers on the day of signature.",
    )
    account_days: StrictInt = Field(
        30, ge=1, le=365, description="How long the joint account may hold money unsaid."
    )

    def terms(self) -> Terms:
        """What the rules read."""
        joint = self.form == Form.SOLIDAIRE
        usual = Payment.JOINT_ACCOUNT if joint else Payment.SEPARATE
        threshold = self.european_threshold
        return Terms(
            number=self.number,
            signed_on=self.signed_on,
            starts_on=self.starts_on,
            months=self.months,
            nature=self.nature,
            form=self.form,
            form_reason=self.form_reason,
            payment=self.payment or usual,
            maximum_cents=self.maximum.amount_cents if self.maximum else None,
            threshold_cents=threshold.amount_cents if threshold else None,
            account_days=self.account_days,
        )


class OrderIn(In):
    """An order under a framework."""

    number: Number = Field(description="Of the order: unique in its contract.")
    subject: ShortText | None = None
    ordered_on: Day
    amount: MoneyIn = Field(description="Excluding tax.")
    parts: Parts = Field(description="Who carries out what: they sum to the amount.")

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        once_each(self.parts)
        return self

    def call(self) -> Call:
        """What the use case takes."""
        return Call(
            self.number,
            self.subject,
            self.ordered_on,
            self.amount.amount_cents,
            by_party(self.parts),
        )


class AmendmentIn(In):
    """A change of the contract."""

    ground: Ground = Field(
        description="R2194-1 `review_clause`, R2194-2 `additional_works`, R2194-5 `unforeseen`, "
        "R2194-6 `substitution`, R2194-7 `not_substantial`, R2194-8 `low_amount`; of a concession, "
        "the same numbers of R3135."
    )
    reason: Reason = Field(examples=["Deux journées de médiation en plus, à la demande."])
    signed_on: Day
    change_cents: SignedCents = Field(
        description="By how much the contract's amount moves, or a framework's maximum; excluding "
        "tax, in cents, zero when parts alone move.",
        examples=[450_000],
    )
    parts: Parts | None = Field(
        None,
        description="Each party's new part of the whole; who is not named has none. They sum to "
        "the amended amount; of a framework, to what was ordered.",
    )

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        once_each(self.parts)
        return self

    def change(self) -> Change:
        """What the use case takes."""
        parts = by_party(self.parts) if self.parts is not None else None
        return Change(self.ground, self.reason, self.signed_on, self.change_cents, parts)


class ReversalIn(In):
    """Why it is taken back: kept with it."""

    reason: Reason


class ClosureIn(In):
    """How the contract ended."""

    ground: Ending = Field(
        description="L2195-2 `force_majeure`, L2195-3 `fault` and `general_interest`, L2195-4 "
        "`exclusion`, L2195-5 `award_unlawful`, L2195-6 `amendment_unlawful`."
    )
    reason: Reason | None = None
    ended_on: Day

    @model_validator(mode="after")
    def _told(self) -> Self:
        if self.ground != Ending.PERFORMED and self.reason is None:
            raise ValueError("Dites pourquoi il finit avant d'être exécuté.")
        return self
