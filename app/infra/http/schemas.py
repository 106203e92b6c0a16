"""Shapes that all rooms share on the wire."""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from app.infra.http.text import Text
from app.kernel.money import MAX_CENTS, Money

Item = TypeVar("Item")


class In(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(from_attributes=True)


class MoneyIn(In):
    """An amount above zero in integer cents."""

    amount_cents: StrictInt = Field(gt=0, le=MAX_CENTS, examples=[1_250_000])
    currency: Annotated[str, StringConstraints(pattern="^EUR$")] = Field("EUR", examples=["EUR"])

    def money(self) -> Money:
        """The amount as the kernel knows it."""
        return Money(self.amount_cents, self.currency)


class MoneyOut(Out):
    """An amount in integer cents; may be negative (a credit note)."""

    amount_cents: int = Field(examples=[1_250_000])
    currency: str = Field("EUR", examples=["EUR"])


def money_out(cents: int | None) -> MoneyOut | None:
    """The shown form of an amount in euros; None stays None."""
    return None if cents is None else MoneyOut(amount_cents=cents, currency="EUR")


class ListOut(Out, Generic[Item]):
    """A page of a list; ``next_cursor`` is null on the last one."""

    items: list[Item]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page.")


ShortText = Annotated[str, Text(least=1, most=200)]
LongText = Annotated[str, Text(most=10_000, lines=True)]
