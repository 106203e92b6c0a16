"""Shapes of the split on the wire."""

from typing import Self

from pydantic import AwareDatetime, Field, StrictInt, model_validator

from app.consortia.domain import Line, LotSplit
from app.consortia.service.splits import SplitView
from app.infra.http.ids import LotId, PartyId
from app.infra.http.schemas import In, LongText, MoneyIn, MoneyOut, Out


class LineIn(In):
    """A party's part of a lot: `bps` of what fixed amounts leave, or a fixed `amount`."""

    party_id: PartyId
    bps: StrictInt | None = Field(None, ge=1, le=10_000, examples=[4_000])
    amount: MoneyIn | None = None
    tasks: LongText | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.bps is None) == (self.amount is None):
            raise ValueError("give bps or amount, not both")
        return self


class LotSplitIn(In):
    """Who does what of a lot; `amount` is the bid excluding tax, null for a framework."""

    lot_id: LotId
    amount: MoneyIn | None = None
    lines: list[LineIn] = Field(min_length=1, max_length=100)

    def lot_split(self) -> LotSplit:
        """What the use case takes."""
        return LotSplit(
            self.lot_id,
            self.amount.amount_cents if self.amount else None,
            tuple(
                Line(
                    line.party_id,
                    line.bps,
                    line.amount.amount_cents if line.amount else None,
                    line.tasks,
                )
                for line in self.lines
            ),
        )


class SplitIn(In):
    """The whole split: every lot of the consortium, once."""

    lots: list[LotSplitIn] = Field(min_length=1, max_length=200)


class LineOut(Out):
    """A party's part of a lot, as given and in euros."""

    party_id: PartyId
    bps: int | None = Field(description="As given: of what fixed amounts leave.")
    amount: MoneyOut | None
    fixed: bool
    tasks: str | None


class LotSplitOut(Out):
    """Who does what of a lot."""

    lot_id: LotId
    amount: MoneyOut | None
    lines: list[LineOut]


class SplitOut(Out):
    """One version of the split; `version` is the consortium's, for the next If-Match."""

    number: int
    version: int
    written_at: AwareDatetime
    lots: list[LotSplitOut]


def _money(cents: int | None) -> MoneyOut | None:
    return None if cents is None else MoneyOut(amount_cents=cents, currency="EUR")


def split_out(view: SplitView) -> SplitOut:
    """The answer that shows one version of the split."""
    return SplitOut(
        number=view.split.number,
        version=view.consortium.version,
        written_at=view.split.written_at,
        lots=[
            LotSplitOut(
                lot_id=price.lot_id,
                amount=_money(price.amount_cents),
                lines=[
                    LineOut(
                        party_id=line.party_id,
                        bps=line.bps,
                        amount=_money(line.amount_cents),
                        fixed=line.fixed_cents is not None,
                        tasks=line.tasks,
                    )
                    for line in view.lines
                    if line.lot_id == price.lot_id
                ],
            )
            for price in view.prices
        ],
    )
