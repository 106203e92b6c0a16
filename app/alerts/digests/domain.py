"""When a person is told by mail. Clocks are walls' clocks: an hour is an hour of the cluster's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Rhythm(StrEnum):
    """How often a person is told by mail."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


BUNDLED = timedelta(minutes=5)
"""How long what is told at once is gathered: a run of thousands of notices is one mail."""

MAX_TOLD = 30
"""Things that one mail tells; of the others it says how many."""


@dataclass(frozen=True, slots=True)
class Preference:
    """How a person wishes to be told: at ``hour`` (0 to 23), on ``weekday`` (1 is Monday)."""

    rhythm: Rhythm
    hour: int
    weekday: int


DEFAULT = Preference(Rhythm.DAILY, 7, 1)
"""For whoever has said nothing."""


def next_mail(preference: Preference, zone: str, now: datetime) -> datetime | None:
    """When a mail that is begun at ``now`` is due, in UTC; None for never.

    An hour that the spring skips is the instant at which it would have been; of one that the
    autumn repeats, the first. So there is one a day, whatever the clock does.
    """
    if preference.rhythm is Rhythm.NEVER:
        return None
    if preference.rhythm is Rhythm.IMMEDIATE:
        return now + BUNDLED
    clock = ZoneInfo(zone)
    day = now.astimezone(clock).date()
    if preference.rhythm is Rhythm.WEEKLY:
        day += timedelta(days=(preference.weekday - day.isoweekday()) % 7)
    step = timedelta(days=7 if preference.rhythm is Rhythm.WEEKLY else 1)
    due = _at(day, preference.hour, clock)
    return due if due > now else _at(day + step, preference.hour, clock)


def _at(day: date, hour: int, clock: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), clock).astimezone(UTC)
