"""Shapes of closings on the wire."""

from datetime import date, datetime

from pydantic import ConfigDict, Field

from app.infra.http.day import Day
from app.infra.http.ids import ClosingId, MemberId
from app.infra.http.schemas import In, MoneyOut, Out
from app.ledger.models import LedgerClosing


class ClosingIn(In):
    """What to close."""

    until: Day = Field(
        description="The last day of a month that is over: all that is open up to it is closed.",
        examples=["2026-03-31"],
    )


class ClosingOut(Out):
    """A period that is closed."""

    model_config = ConfigDict(populate_by_name=True)

    id: ClosingId
    from_day: date = Field(alias="from", description="Its first day.")
    until: date = Field(description="Its last day.")
    fiscal_year: int = Field(description="The calendar year in which the fiscal year ends.")
    chart_version: int = Field(description="The chart of accounts that it is exported with.")
    entries: int = Field(description="How many entries took a number.")
    closed_at: datetime

    @classmethod
    def of(cls, closing: LedgerClosing, entries: int) -> "ClosingOut":
        """The shown form of a closing."""
        return cls(
            id=closing.id,
            from_day=closing.from_day,
            until=closing.until_day,
            fiscal_year=closing.fiscal_year,
            chart_version=closing.chart_version,
            entries=entries,
            closed_at=closing.closed_at,
        )


class BalanceOut(Out):
    """An account in the trial balance of a closing; balances are debit less credit."""

    account: str = Field(examples=["411732829320"])
    name: str
    member_id: MemberId | None
    opening: MoneyOut = Field(description="The balance before the period.")
    debit: MoneyOut = Field(description="What entered the account in the period.")
    credit: MoneyOut = Field(description="What left the account in the period.")
    balance: MoneyOut = Field(description="The balance at its end.")
