"""Days that people type."""

import calendar
from datetime import date, timedelta

from app.kernel.errors import Invalid

_AHEAD = timedelta(days=1)


def not_in_future(
    day: date, today: date, pointer: str, message: str = "Cette date est encore à venir."
) -> None:
    """Raise Invalid for a day to come; ``today`` is in UTC, ``pointer`` locates the day.

    A day that has begun anywhere on Earth has begun: overseas members are ahead of UTC.
    """
    if day > today + _AHEAD:
        raise Invalid.at(pointer, "in_the_future", message)


def require_order(valid_from: date, valid_until: date | None) -> None:
    """Raise Invalid when what holds from a day to another (None: for good) ends before it."""
    if valid_until is not None and valid_until < valid_from:
        message = "La fin de validité précède son début."
        raise Invalid.at("/valid_until", "ends_before_it_begins", message)


def months_after(day: date, months: int) -> date:
    """The same day, ``months`` later (or before); the last of a month that has no such day.

    Raises ``ValueError`` beyond the calendar (years 1 to 9999).
    """
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, calendar.monthrange(first.year, first.month)[1]))
