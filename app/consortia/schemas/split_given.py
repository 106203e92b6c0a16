"""What callers give of the split."""

from typing import Self

from pydantic import Field, StrictInt, model_validator

from app.consortia.domain import CommonExpenses, Item, Line, LotSplit
from app.infra.http.ids import LotId, PartyId
from app.infra.http.schemas import In, LongText, MoneyIn, ShortText


def _one_of(bps: object, amount: object) -> None:
    if (bps is None) == (amount is None):
        raise ValueError("Donnez bps ou amount, pas les deux.")


def _cents(amount: MoneyIn | None) -> int | None:
    return amount.amount_cents if amount else None


class LineIn(In):
    """A party's part: `bps` of what fixed amounts leave, or a fixed `amount`."""

    party_id: PartyId
    bps: StrictInt | None = Field(None, ge=1, le=10_000, examples=[4_000])
    amount: MoneyIn | None = None
    tasks: LongText | None = None
    mandate: bool = Field(
        default=False,
        strict=True,
        description="The lead's own task, whose price is its fee: beside the line of its work.",
    )

    @model_validator(mode="after")
    def _given(self) -> Self:
        _one_of(self.bps, self.amount)
        return self

    def line(self) -> Line:
        """What the use case takes."""
        return Line(self.party_id, self.bps, _cents(self.amount), self.tasks, self.mandate)


class ItemIn(In):
    """A tranche (0: firm, n: the n-th optional one, CCP R2113-4), a work item, or both."""

    tranche: StrictInt | None = Field(None, ge=0, le=99, examples=[0])
    label: ShortText | None = Field(None, examples=["Conception"])
    amount: MoneyIn | None = None
    lines: list[LineIn] = Field(min_length=1, max_length=100)

    def item(self) -> Item:
        """What the use case takes."""
        lines = tuple(line.line() for line in self.lines)
        return Item(self.tranche, self.label, _cents(self.amount), lines)


class LeadFeeIn(In):
    """The lead's fee as a percentage of each part: it goes from each party to the lead."""

    bps: StrictInt = Field(ge=1, le=5_000, examples=[300])


class CommonExpensesIn(In):
    """An account of common expenses: `bps` of each part, or an `amount` borne by parts."""

    manager_id: PartyId = Field(description="The party that keeps the account.")
    bps: StrictInt | None = Field(None, ge=1, le=5_000, examples=[150])
    amount: MoneyIn | None = None

    @model_validator(mode="after")
    def _given(self) -> Self:
        _one_of(self.bps, self.amount)
        return self


class LotSplitIn(In):
    """Who does what of a lot; `amount` is the bid excluding tax, null for a framework.

    Give the `lines` of the whole lot, or `items` with lines of their own; then `amount` may be
    left out for their sum.
    """

    lot_id: LotId
    amount: MoneyIn | None = None
    lines: list[LineIn] = Field(default_factory=list, max_length=100)
    items: list[ItemIn] = Field(default_factory=list, max_length=100)
    lead_fee: LeadFeeIn | None = None
    common_expenses: CommonExpensesIn | None = None

    def lot_split(self) -> LotSplit:
        """What the use case takes."""
        common = self.common_expenses
        return LotSplit(
            self.lot_id,
            _cents(self.amount),
            tuple(line.line() for line in self.lines),
            tuple(item.item() for item in self.items),
            self.lead_fee.bps if self.lead_fee else None,
            CommonExpenses(common.manager_id, common.bps, _cents(common.amount))
            if common
            else None,
        )


class SplitIn(In):
    """The whole split: every lot of the consortium, once; 4,000 lines at most."""

    lots: list[LotSplitIn] = Field(min_length=1, max_length=200)
