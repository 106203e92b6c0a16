"""Days that people type."""

from datetime import date, timedelta

from app.kernel.errors import Fault, Invalid

_AHEAD = timedelta(days=1)


def not_in_future(
    day: date, today: date, pointer: str, message: str = "Cette date est encore à venir."
) -> None:
    """Raise Invalid for a day to come; ``today`` is in UTC, ``pointer`` locates the day.

    A day that has begun anywhere on Earth has begun: overseas members are ahead of UTC.
    """
    if day > today + _AHEAD:
        raise Invalid(message, (Fault(pointer, "in_the_future", message),))
