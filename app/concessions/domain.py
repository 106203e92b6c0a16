"""Rules of a concession (a DSP, say), without a database.

Articles are those of the Code de la commande publique.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.consortia.domain import State
from app.kernel.days import months_after, not_in_future
from app.kernel.errors import Conflict, Fault, Invalid

FREE_MONTHS = 60
"""Up to five years a concession lasts without a ground (R3114-2)."""
MOST_MONTHS = 1_188
"""Ninety-nine years: longer is a slip."""
NEXT_CALL_MONTHS = (18, 12)
"""How long before the end the next call is expected, from and until: the authority deliberates on
the principle, publishes and negotiates. No article sets it."""
REPORT_NOTICES = (42, 7, 0)
"""Days before 1 June on which the lead is told that a report is missing: six weeks leave time to
have it drawn up, one to send it; on the day itself it is late."""
WRITABLE = frozenset({State.FORMING, State.WON, State.SIGNED, State.RUNNING})
"""What is proposed, agreed or handed in is what all approved: a round opens it again."""


class Kind(StrEnum):
    """What a line of a year is."""

    INCOME = "income"
    COST = "cost"
    FEE = "fee"
    """Paid to the authority (redevance)."""
    COMPENSATION = "compensation"
    """Paid by the authority."""
    FLOW = "flow"
    """From a party to another (a co-production, say): the group's result knows nothing of it."""


SIGNS = {Kind.INCOME: 1, Kind.COMPENSATION: 1, Kind.COST: -1, Kind.FEE: -1, Kind.FLOW: 0}
"""How a kind counts in the year's result."""


class NotConcession(Conflict):
    """The tender is no concession."""

    code = "not_concession"
    title = "Cette consultation n'est pas une concession (CCP L1121-1)."


class TermsMissing(Conflict):
    """Years, figures and reports are of the terms."""

    code = "terms_missing"
    title = "Écrivez d'abord les conditions de la concession (PUT …/concession)."


class ConcessionFrozen(Conflict):
    """What was proposed, agreed or handed in is what everyone approved."""

    code = "concession_frozen"
    title = (
        "L'offre est proposée, convenue, remise ou terminée : les conditions et le prévisionnel "
        "changent à un tour de négociation (CCP L3121-1), ou après l'attribution."
    )


class DurationUnjustified(Invalid):
    """Over five years only as long as investments need (L3114-7, R3114-2)."""

    code = "duration_unjustified"
    title = "Au-delà de cinq ans, la durée d'une concession se justifie (CCP L3114-7, R3114-2)."


class ForecastNotWhole(Invalid):
    """Each year of the concession, once."""

    code = "forecast_not_whole"
    title = "Le prévisionnel donne chaque année civile de la concession, une fois."


class FlowUnforeseen(Invalid):
    """A fee or a compensation that the terms do not know."""

    code = "flow_unforeseen"
    title = (
        "Les conditions ne prévoient pas cette redevance ou cette compensation : dites d'abord "
        "comment elle se calcule."
    )


class OutsideConcession(Invalid):
    """A year that is none of the concession's, or has not begun."""

    code = "outside_concession"
    title = "Cette année n'est pas une année de la concession, ou n'a pas commencé."


class CompanyExists(Conflict):
    """One company takes over, once."""

    code = "company_exists"
    title = "La société dédiée de cette concession est déjà enregistrée."


class CompanyUnforeseen(Conflict):
    """Another takes over only where that was foreseen (R3135-6)."""

    code = "company_unforeseen"
    title = (
        "Les conditions n'annoncent aucune société dédiée (company_name) : un nouveau "
        "concessionnaire se substitue en application d'une clause de réexamen (CCP R3135-6)."
    )


class ReportExists(Conflict):
    """A year's report is handed in once."""

    code = "report_exists"
    title = "Le rapport de cette année est déjà remis (CCP L3131-5)."


@dataclass(frozen=True, slots=True)
class Terms:
    """What the concession is; ``months`` from 1 to ``MOST_MONTHS``, investments in cents.

    ``fee`` and ``compensation`` say how they are computed: none, one or both are there.
    """

    first_day: date
    months: int
    ground: str | None
    investments_cents: int
    fee: str | None
    compensation: str | None
    company_name: str | None

    def check(self) -> None:
        """Raise DurationUnjustified over five years without ground or investments (R3114-2)."""
        if self.months <= FREE_MONTHS:
            return
        faults = []
        if self.ground is None:
            faults.append(Fault("/ground", "missing", "Dites ce qui s'amortit, et en combien."))
        if not self.investments_cents:
            faults.append(Fault("/investments_cents", "missing", "Donnez les investissements."))
        if faults:
            raise DurationUnjustified(_DURATION, tuple(faults))

    def last_day(self) -> date:
        """The day it ends, included."""
        return months_after(self.first_day, self.months) - timedelta(days=1)


_DURATION = (
    "Au-delà de cinq ans, la durée n'excède pas le temps raisonnablement escompté pour que le "
    "concessionnaire amortisse les investissements (CCP L3114-7, R3114-2) : donnez le motif "
    "(ground) et le montant des investissements (investments_cents)."
)


@dataclass(frozen=True, slots=True)
class Line:
    """An amount of a year, in cents, zero or more; parties are those of a flow, and of it alone."""

    kind: Kind
    cents: int
    label: str | None = None
    from_id: UUID | None = None
    to_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """A civil year of a concession, as forecast or as it was."""

    year: int
    lines: Sequence[Line]

    def result(self) -> int:
        """What the group is left with, in cents: exact, and below zero in a bad year."""
        return sum(SIGNS[one.kind] * one.cents for one in self.lines)

    def parties(self) -> set[UUID]:
        """Who gives and who receives in its flows."""
        ends = {end for one in self.lines for end in (one.from_id, one.to_id)}
        return {one for one in ends if one is not None}

    def has(self, kind: Kind) -> bool:
        """Whether there is an amount of a kind."""
        return any(one.kind == kind and one.cents for one in self.lines)


def check_forecast(years: Sequence[Year], first_day: date, last_day: date) -> None:
    """Raise ForecastNotWhole unless each civil year of the concession stands there once."""
    wanted = list(range(first_day.year, last_day.year + 1))
    if sorted(one.year for one in years) != wanted:
        raise ForecastNotWhole(f"Donnez chaque année de {wanted[0]} à {wanted[-1]}, une fois.")


def check_foreseen(years: Collection[Year], fee: str | None, compensation: str | None) -> None:
    """Raise FlowUnforeseen for a fee or a compensation that the terms do not know."""
    for kind, said in ((Kind.FEE, fee), (Kind.COMPENSATION, compensation)):
        if said is None and any(one.has(kind) for one in years):
            raise FlowUnforeseen


def check_year(year: int, first_day: date, last_day: date, today: date) -> None:
    """Raise OutsideConcession unless the year is one of the concession that has begun."""
    if not first_day.year <= year <= min(last_day.year, today.year):
        raise OutsideConcession


def due_before(year: int) -> date:
    """The day before which a year's report is handed in: 1 June of the next (R3131-2)."""
    return date(year + 1, 6, 1)


def report_notice(year: int, today: date) -> int | None:
    """Which notice of a year's report it is time for, from 1 on: early, soon, late; None: none."""
    left = (due_before(year) - today).days
    return next((n for n, days in reversed([*enumerate(REPORT_NOTICES, 1)]) if left <= days), None)


def check_report(year: int, on: date, last_day: date, today: date) -> None:
    """Raise Invalid unless it was handed in after what it tells of, and not in the future."""
    not_in_future(on, today, "/handed_in_on")
    if on <= min(date(year, 12, 31), last_day):
        message = "Le rapport porte sur une année écoulée (CCP L3131-5)."
        raise Invalid.at("/handed_in_on", "before_the_end", message)
