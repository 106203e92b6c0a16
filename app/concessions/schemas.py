"""Shapes of concessions on the wire."""

from collections import Counter
from datetime import date
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StrictInt, model_validator

from app.concessions.domain import MOST_MONTHS, Kind, Line, Terms, Year
from app.concessions.models import ConcessionTerms
from app.infra.http.day import Day
from app.infra.http.ids import PartyId, PersonId
from app.infra.http.schemas import In, MoneyOut, Out, ShortText
from app.infra.http.text import Text
from app.kernel.money import MAX_CENTS

CivilYear = Annotated[int, Field(ge=1990, le=2199, examples=[2026])]
Reason = Annotated[str, Text(least=1, most=2_000, lines=True)]
Cents = Annotated[StrictInt, Field(ge=0, le=MAX_CENTS)]
MOST_LINES = 3_000
"""Of a forecast: thirty lines a year for a century."""


class TermsIn(In):
    """What the concession is."""

    first_day: Day
    months: StrictInt = Field(ge=1, le=MOST_MONTHS)
    ground: Reason | None = Field(
        None,
        description="Required over five years: the investments to be written off, and in how long "
        "(L3114-7, R3114-2).",
    )
    investments_cents: Cents = Field(0, description="In all, excluding tax.")
    fee: Reason | None = Field(
        None,
        description="How what is paid to the authority is computed; null: nothing is.",
        examples=["12 000 € par an et 2 % du chiffre d'affaires au-delà de 900 000 €"],
    )
    compensation: Reason | None = Field(
        None, description="How what the authority pays is computed; null: it pays nothing."
    )
    company_name: ShortText | None = Field(
        None, description="Of the company to be created after the award, if one is foreseen."
    )

    def terms(self) -> Terms:
        """What the rules read."""
        return Terms(**self.model_dump())


class TermsOut(Out):
    """A version of the terms."""

    number: int
    first_day: date
    months: int
    last_day: date = Field(description="Included.")
    ground: str | None
    investments: MoneyOut
    fee: str | None
    compensation: str | None
    company_name: str | None
    recorded_by: PersonId
    recorded_at: AwareDatetime


class CompanyIn(In):
    """The company created after the award."""

    name: ShortText
    siren: ShortText = Field(examples=["732 829 320"])
    takes_over_on: Day


class CompanyOut(Out):
    """The company that takes over."""

    name: str
    siren: str
    takes_over_on: date
    recorded_by: PersonId = Field(validation_alias="person_id")
    recorded_at: AwareDatetime


class NextCallOut(Out):
    """When the next call is expected: 18 to 12 months before the end."""

    opens: date = Field(alias="from")
    until: date


class ConcessionOut(TermsOut):
    """The concession as it now stands."""

    version: int = Field(description="Of the joint answer; also the ETag.")
    company: CompanyOut | None
    next_call: NextCallOut


class AmountIn(In):
    """An amount of a year, under a label that stands once in its list."""

    label: ShortText = Field(examples=["Billetterie"])
    amount_cents: Cents


class FlowIn(AmountIn):
    """What a party gives another, for a co-production say."""

    from_party_id: PartyId
    to_party_id: PartyId


class FiguresIn(In):
    """A year in lines, excluding tax."""

    income: list[AmountIn] = Field(max_length=100)
    costs: list[AmountIn] = Field(max_length=100)
    fee_cents: Cents = Field(0, description="Paid to the authority.")
    compensation_cents: Cents = Field(0, description="Paid by the authority.")
    flows: list[FlowIn] = Field(default_factory=list, max_length=100)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if not self.income and not self.costs:
            raise ValueError("Une année a un produit ou une charge, fût-ce zéro.")
        if any(one.from_party_id == one.to_party_id for one in self.flows):
            raise ValueError("Un flux va d'une partie à une autre.")
        keys = Counter(
            (one.kind, (one.label or "").casefold(), one.from_id, one.to_id) for one in self.lines()
        )
        if any(times > 1 for times in keys.values()):
            raise ValueError("Chaque libellé est une fois dans sa liste.")
        return self

    def lines(self) -> list[Line]:
        """What the rules read; fee and compensation always stand there."""
        return [
            *(Line(Kind.INCOME, one.amount_cents, one.label) for one in self.income),
            *(Line(Kind.COST, one.amount_cents, one.label) for one in self.costs),
            Line(Kind.FEE, self.fee_cents),
            Line(Kind.COMPENSATION, self.compensation_cents),
            *(
                Line(Kind.FLOW, one.amount_cents, one.label, one.from_party_id, one.to_party_id)
                for one in self.flows
            ),
        ]


class YearIn(FiguresIn):
    """A civil year of the forecast."""

    year: CivilYear


class ForecastIn(In):
    """The whole forecast: each civil year of the concession, once."""

    years: list[YearIn] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if sum(len(one.lines()) for one in self.years) > MOST_LINES:
            raise ValueError(f"Il y a {MOST_LINES} lignes au plus en tout.")
        return self

    def forecast(self) -> list[Year]:
        """What the rules read."""
        return [Year(one.year, one.lines()) for one in self.years]


class AmountOut(Out):
    """An amount of a year."""

    label: str
    amount: MoneyOut


class FlowOut(AmountOut):
    """What a party gives another."""

    from_party_id: PartyId
    to_party_id: PartyId


class YearOut(Out):
    """A year of the forecast; ``result``: income and compensation less costs and fee."""

    year: int
    income: list[AmountOut]
    costs: list[AmountOut]
    fee: MoneyOut
    compensation: MoneyOut
    flows: list[FlowOut]
    result: MoneyOut


class ForecastOut(Out):
    """The newest forecast."""

    number: int
    version: int = Field(description="Of the joint answer; also the ETag.")
    recorded_by: PersonId
    recorded_at: AwareDatetime
    years: list[YearOut]


class ResultOut(Out):
    """What a year leaves."""

    year: int
    result: MoneyOut


class WrittenOut(Out):
    """A fresh version, with the result of each of its years."""

    number: int
    years: list[ResultOut]


class ComparedOut(Out):
    """An amount against its forecast; what does not stand there counts as nothing."""

    forecast: MoneyOut
    actual: MoneyOut
    difference: MoneyOut = Field(description="Actual less forecast.")


class ComparedLineOut(ComparedOut):
    """A line against its forecast."""

    kind: Kind
    label: str | None
    from_party_id: PartyId | None
    to_party_id: PartyId | None


class FiguresOut(Out):
    """A year as it was, against the newest forecast."""

    year: int
    number: int = Field(description="Of the version: above 1, corrected.")
    recorded_by: PersonId
    recorded_at: AwareDatetime
    result: ComparedOut
    lines: list[ComparedLineOut]


class FiguresListOut(Out):
    """The years recorded, in order: a century at most."""

    items: list[FiguresOut]


class ReportIn(In):
    """That a year's report was handed in."""

    year: CivilYear
    handed_in_on: Day


class ReportOut(Out):
    """A year's report (L3131-5, R3131-2)."""

    year: int
    due_before: date = Field(description="1 June of the year after.")
    handed_in_on: date | None
    late: bool = Field(description="Handed in, or still missing, on that day or later.")


class ReportsOut(Out):
    """The reports of the years that have begun, in order."""

    items: list[ReportOut]


def terms_out(terms: ConcessionTerms) -> TermsOut:
    """The answer to fresh terms."""
    return TermsOut(
        number=terms.number,
        first_day=terms.first_day,
        months=terms.months,
        last_day=terms.last_day,
        ground=terms.ground,
        investments=MoneyOut(amount_cents=terms.investments_cents),
        fee=terms.fee,
        compensation=terms.compensation,
        company_name=terms.company_name,
        recorded_by=terms.person_id,
        recorded_at=terms.recorded_at,
    )


def written_out(number: int, years: list[Year]) -> WrittenOut:
    """The answer to a fresh forecast, or fresh figures."""
    years = sorted(years, key=lambda one: one.year)
    results = [(one.year, MoneyOut(amount_cents=one.result())) for one in years]
    return WrittenOut(number=number, years=[ResultOut(year=y, result=r) for y, r in results])
