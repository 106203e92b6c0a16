"""Shapes of what was written before: versions of the forecast, and what differs between two."""

from pydantic import AwareDatetime, Field

from app.concessions.domain import Kind
from app.infra.http.ids import PartyId, PersonId
from app.infra.http.schemas import MoneyOut, Out


class ForecastVersionOut(Out):
    """A version of the forecast."""

    number: int
    recorded_by: PersonId
    recorded_at: AwareDatetime
    result: MoneyOut = Field(description="Of all its years.")


class BetweenOut(Out):
    """An amount in two versions; null: it does not stand there."""

    before: MoneyOut | None
    after: MoneyOut | None
    difference: MoneyOut = Field(description="After minus before; what is not there is nothing.")


class ForecastLineChangeOut(BetweenOut):
    """A line that differs."""

    kind: Kind
    label: str | None
    from_party_id: PartyId | None
    to_party_id: PartyId | None


class ForecastYearChangeOut(Out):
    """A year that differs."""

    year: int
    result: BetweenOut
    lines: list[ForecastLineChangeOut]


class ForecastChangesOut(Out):
    """What differs in version `number` from version `since`; years that do not are left out."""

    number: int
    since: int = Field(description="0: before the first version.")
    years: list[ForecastYearChangeOut]
