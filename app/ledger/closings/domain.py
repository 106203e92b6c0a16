"""Which days a closing may close."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.kernel.days import months_after
from app.kernel.errors import Conflict, Invalid

_DAY = timedelta(days=1)


class ClosingOutOfOrder(Conflict):
    """That day is closed."""

    code = "closing_out_of_order"
    title = "Les comptes sont déjà clôturés à cette date."


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """Twelve months, both days included."""

    first_day: date
    last_day: date

    @property
    def name(self) -> int:
        """The calendar year in which it ends."""
        return self.last_day.year


def fiscal_year(day: date, first_month: int) -> FiscalYear:
    """The fiscal year that a day is in; ``first_month`` is 1 to 12."""
    year = day.year if day.month >= first_month else day.year - 1
    first = date(year, first_month, 1)
    return FiscalYear(first, months_after(first, 12) - _DAY)


@dataclass(frozen=True, slots=True)
class Period:
    """What one closing closes, both days included, within one fiscal year."""

    from_day: date
    until_day: date
    fiscal_year: int


def next_period(
    until: date, *, today: date, first_month: int, closed: date | None, earliest: date | None
) -> Period:
    """The days up to ``until`` that are open still (DOMAIN.md 5.13: no gap, nothing anew).

    ``closed`` is the last day that is closed; before there is one, the books begin with the
    fiscal year of ``earliest``, their first entry. Whole months, that are over, of one fiscal
    year: its entries are numbered in one row. Raises Invalid, ClosingOutOfOrder.
    """
    if until >= today:
        message = "Une période se clôture une fois qu'elle est terminée."
        raise Invalid.at("/until", "not_over", message)
    if (until + _DAY).day != 1:
        raise Invalid.at("/until", "not_the_end_of_a_month", "Clôturez à la fin d'un mois.")
    if closed is not None and until <= closed:
        raise ClosingOutOfOrder
    if closed is not None:
        first = closed + _DAY
    else:
        first = fiscal_year(min(until, earliest or until), first_month).first_day
    year = fiscal_year(first, first_month)
    if until > year.last_day:
        message = f"Clôturez d'abord l'exercice qui se termine le {year.last_day:%d/%m/%Y}."
        raise Invalid.at("/until", "beyond_the_fiscal_year", message)
    return Period(first, until, year.name)
