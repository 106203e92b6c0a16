"""What callers are shown of the split."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from app.consortia.service.splits import LotRows, SplitView
from app.consortia.split_models import SplitItem, SplitLine, SplitPart
from app.infra.http.ids import LotId, PartyId, PersonId
from app.infra.http.schemas import MoneyOut, Out, money_out


class LineOut(Out):
    """A party's part, as given and in euros."""

    party_id: PartyId
    bps: int | None = Field(description="As given: of what fixed amounts leave.")
    amount: MoneyOut | None
    fixed: bool
    tasks: str | None
    mandate: bool = Field(description="The lead's own task: its price is the lead's fee.")


class ItemOut(Out):
    """A tranche, a work item, or a work item of a tranche."""

    tranche: int | None = Field(description="0: firm; n: the n-th optional one.")
    label: str | None
    amount: MoneyOut | None
    lines: list[LineOut]


class LeadFeeOut(Out):
    """The lead's fee as a percentage of each part."""

    bps: int


class CommonExpensesOut(Out):
    """An account of common expenses, as given."""

    manager_id: PartyId
    bps: int | None
    amount: MoneyOut | None


class SplitPartOut(Out):
    """What a party has of a lot, all items together; the parts sum to the lot's amount.

    `lead_fee` and `common_expenses` are handed on out of it: they are no parts of the lot.
    """

    party_id: PartyId
    amount: MoneyOut | None
    mandate: MoneyOut | None = Field(description="Of the amount, the price of the lead's own task.")
    lead_fee: MoneyOut | None = Field(description="What it hands to the lead.")
    common_expenses: MoneyOut | None = Field(
        description="Its share, handed to the account's manager (who bears one too)."
    )


class LotSplitOut(Out):
    """Who does what of a lot: by `lines`, or by `items`."""

    lot_id: LotId
    amount: MoneyOut | None
    lines: list[LineOut]
    items: list[ItemOut]
    lead_fee: LeadFeeOut | None
    common_expenses: CommonExpensesOut | None
    parts: list[SplitPartOut]


class SplitOut(Out):
    """One version of the split; `version` is the consortium's, for the next If-Match."""

    number: int
    version: int
    written_by: PersonId
    written_at: AwareDatetime
    lots: list[LotSplitOut]


class LotPriceOut(Out):
    """The bid on a lot, excluding tax."""

    lot_id: LotId
    amount: MoneyOut | None


class SplitVersionOut(Out):
    """A version of the split in the list of them."""

    number: int
    written_by: PersonId
    written_at: AwareDatetime
    amount: MoneyOut | None = Field(description="Of the lots shown; null when one has none.")
    lots: list[LotPriceOut]


class ChangeKind(StrEnum):
    """What a changed line is: work, the lead's own task, or what a party hands on."""

    WORK = "work"
    MANDATE = "mandate"
    LEAD_FEE = "lead_fee"
    COMMON_EXPENSES = "common_expenses"


class CellOut(Out):
    """A line as it stood in one version."""

    bps: int | None
    amount: MoneyOut | None
    tasks: str | None


class LineChangeOut(Out):
    """A line that differs; null before: it is new, null after: it is gone."""

    tranche: int | None
    label: str | None
    kind: ChangeKind
    party_id: PartyId
    before: CellOut | None
    after: CellOut | None
    difference: MoneyOut | None = Field(description="After minus before; null without amounts.")


class LotChangeOut(Out):
    """A lot that differs. Differences of `work` and `mandate` sum to the lot's."""

    lot_id: LotId
    before: MoneyOut | None
    after: MoneyOut | None
    difference: MoneyOut | None
    lines: list[LineChangeOut]


class SplitChangesOut(Out):
    """What differs in version `number` from version `since`; lots that do not are left out."""

    number: int
    since: int = Field(description="0: before the first version.")
    lots: list[LotChangeOut]


def split_out(view: SplitView) -> SplitOut:
    """The answer that shows the version just written."""
    return SplitOut(
        number=view.split.number,
        version=view.consortium.version,
        written_by=view.split.person_id,
        written_at=view.split.written_at,
        lots=[_lot_out(lot) for lot in view.lots],
    )


def _lot_out(lot: LotRows) -> LotSplitOut:
    price = lot.price
    expenses = None
    if price.expenses_party_id is not None:
        expenses = CommonExpensesOut(
            manager_id=price.expenses_party_id,
            bps=price.expenses_bps,
            amount=money_out(price.expenses_cents),
        )
    return LotSplitOut(
        lot_id=price.lot_id,
        amount=money_out(price.amount_cents),
        lines=[_line_out(line) for line in lot.lines if line.item_id is None],
        items=[_item_out(item, lot.lines) for item in lot.items],
        lead_fee=None if price.fee_bps is None else LeadFeeOut(bps=price.fee_bps),
        common_expenses=expenses,
        parts=[_part_out(part) for part in lot.parts],
    )


def _item_out(item: SplitItem, lines: list[SplitLine]) -> ItemOut:
    return ItemOut(
        tranche=item.tranche,
        label=item.label,
        amount=money_out(item.amount_cents),
        lines=[_line_out(line) for line in lines if line.item_id == item.id],
    )


def _line_out(line: SplitLine) -> LineOut:
    return LineOut(
        party_id=line.party_id,
        bps=line.bps,
        amount=money_out(line.amount_cents),
        fixed=line.fixed_cents is not None,
        tasks=line.tasks,
        mandate=line.mandate,
    )


def _part_out(part: SplitPart) -> SplitPartOut:
    return SplitPartOut(
        party_id=part.party_id,
        amount=money_out(part.amount_cents),
        mandate=money_out(part.mandate_cents),
        lead_fee=money_out(part.fee_cents),
        common_expenses=money_out(part.expenses_cents),
    )
