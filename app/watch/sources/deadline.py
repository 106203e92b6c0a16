"""When a bid is late, out of BOAMP's own words (SOURCES, the table of lies).

The API's ``datelimitereponse`` always claims UTC. ``gestion`` keeps the source's text, and what
that text is worth depends on the dialect of the notice. Whatever is not certain is read so that
the instant is not later than the wall time the notice shows in the buyer's zone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from functools import cache
from zoneinfo import ZoneInfo

from app.watch.domain import Deadline
from app.watch.zones import PARIS

FIRST_YEAR, LAST_YEAR = 1990, 2089
"""Years outside are placeholders such as 2099-01-01, 9999-12-31 or 0001-01-01: no deadline."""

WIDEST_OFFSET = timedelta(hours=14)
"""No place on earth is farther from UTC."""

_OFFSET = r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
_WRITTEN = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}){_OFFSET}"
    rf"(?:[T ]([0-9]{{2}}):([0-9]{{2}})(?::([0-9]{{2}})(?:[.,][0-9]{{1,12}})?)?{_OFFSET})?"
)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].{0,40})?")


class Trust(Enum):
    """What a date of this shape is worth."""

    STATED = "stated"
    """eForms: the stated offset counts, whatever the season."""
    LOCAL = "local"
    """FNSimple, MAPA, DSP: the buyer's wall clock; an offset only when it fits the season."""
    LYING = "lying"
    """Legacy notices and the API's own field: the wall clock may be right, the offset is not."""


@dataclass(frozen=True, slots=True)
class _Written:
    wall: datetime
    offset: timedelta | None
    has_time: bool


def read_deadline(text: str, trust: Trust, zone: str | None) -> Deadline | None:
    """The instant that ``text`` means for a buyer in ``zone`` (``None``: unknown, Paris assumed).

    ``None`` when the text is no possible date (30 February, 25:00) or a placeholder year.
    Never certain: an unknown zone where it matters, a day without an hour (read as its first
    instant), a wall time that the clock change skips or repeats (read as the earlier of its two
    readings, 02:30 as 00:30 UTC in Paris on both nights). Fractions of a second are dropped.
    """
    written = _parse(text)
    if written is None:
        return None
    at, certain = _instant(written, trust, zone)
    return Deadline(at, zone or PARIS, text, certain and written.has_time)


def day(words: str) -> date | None:
    """The day of a date as it is written, in whatever offset; None when there is no such day."""
    found = _DAY.fullmatch(words)
    try:
        return date.fromisoformat(found.group(1)) if found else None
    except ValueError:
        return None


def earliest(deadlines: list[Deadline]) -> Deadline | None:
    """The first hurdle: applications before bids, the earliest lot before the others."""
    return min(deadlines, key=lambda deadline: deadline.at, default=None)


def _parse(text: str) -> _Written | None:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    day, day_offset, hour, minute, second, time_offset = found.groups()
    try:
        wall = datetime.fromisoformat(day)
    except ValueError:
        return None
    clock = timedelta(hours=int(hour or 0), minutes=int(minute or 0), seconds=int(second or 0))
    # 24:00:00 is the last instant of its day in XML Schema; a leap second or 25:00 is nothing.
    in_range = int(minute or 0) < 60 and int(second or 0) < 60 and clock <= timedelta(hours=24)
    offset = _offset(time_offset or day_offset)
    wide = offset is not None and abs(offset) > WIDEST_OFFSET
    if not in_range or wide or not FIRST_YEAR <= wall.year <= LAST_YEAR:
        return None
    return _Written(wall + clock, offset, hour is not None)


def _offset(written: str | None) -> timedelta | None:
    if written is None:
        return None
    if written == "Z":
        return timedelta(0)
    size = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return -size if written[0] == "-" else size


def _instant(written: _Written, trust: Trust, zone: str | None) -> tuple[datetime, bool]:
    clock = _clock(zone or PARIS)
    if written.offset is not None and trust is not Trust.LYING:
        stated = written.wall.replace(tzinfo=timezone(written.offset)).astimezone(UTC)
        fits = stated.astimezone(clock).replace(tzinfo=None) == written.wall
        if trust is Trust.STATED or fits:
            return stated, trust is Trust.STATED or zone is not None
    # A skipped or repeated wall time has two readings; the earlier one makes nobody late.
    readings = [written.wall.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1)]
    single = readings[0] == readings[1]
    naive_is_right = trust is Trust.LOCAL and written.offset is None and zone is not None
    return min(readings), naive_is_right and single


@cache
def _clock(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)
