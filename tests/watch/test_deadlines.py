"""The table of lies: what each shape of date means, instant by instant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.watch.sources.deadline import Trust, earliest, read_deadline
from app.watch.zones import OVERSEAS, PARIS

STATED, LOCAL, LYING = Trust.STATED, Trust.LOCAL, Trust.LYING


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "trust", "zone", "at", "certain"),
    [
        # eForms: the stated offset, even out of season.
        ("2026-10-02T12:00:00+02:00", STATED, PARIS, "2026-10-02T10:00", True),
        ("2026-07-02T12:00:00+01:00", STATED, PARIS, "2026-07-02T11:00", True),
        ("2026-10-02T12:00:00Z", STATED, PARIS, "2026-10-02T12:00", True),
        ("2026-10-05+02:00 16:00:00+02:00", STATED, PARIS, "2026-10-05T14:00", True),
        ("2026-10-05 16:00:00+02:00", STATED, None, "2026-10-05T14:00", True),
        ("2026-10-05T16:00:00", STATED, PARIS, "2026-10-05T14:00", False),
        # National forms without an offset: the buyer's wall clock.
        ("2026-10-05T14:00:00.000", LOCAL, PARIS, "2026-10-05T12:00", True),
        ("2026-02-11T12:00:00", LOCAL, PARIS, "2026-02-11T11:00", True),
        ("2026-02-11T12:00", LOCAL, PARIS, "2026-02-11T11:00", True),
        ("2026-02-11T12:00:00", LOCAL, "America/Martinique", "2026-02-11T16:00", True),
        ("2026-02-11T12:00:00", LOCAL, "Indian/Reunion", "2026-02-11T08:00", True),
        ("2026-02-11T12:00:00", LOCAL, None, "2026-02-11T11:00", False),
        # National forms with an offset: believed when it fits the season there.
        ("2026-02-16T12:00:00.000+01:00", LOCAL, PARIS, "2026-02-16T11:00", True),
        ("2026-07-16T12:00:00+01:00", LOCAL, PARIS, "2026-07-16T10:00", False),
        ("2026-07-16T12:00:00+00:00", LOCAL, PARIS, "2026-07-16T10:00", False),
        ("2026-07-16T12:00:00+02:00", LOCAL, "Indian/Reunion", "2026-07-16T08:00", False),
        # Legacy, and the API's own field: the wall clock, never certain.
        ("2015-04-20T12:00:00+01:00", LYING, PARIS, "2015-04-20T10:00", False),
        ("2015-02-20T12:00:00+01:00", LYING, PARIS, "2015-02-20T11:00", False),
        ("2024-07-25T12:00:00+00:00", LYING, PARIS, "2024-07-25T10:00", False),
        # Clock changes of Paris: 29 March 2026 skips 02:00-03:00, 25 October repeats it.
        ("2026-03-29T02:30:00", LOCAL, PARIS, "2026-03-29T00:30", False),
        ("2026-03-29T02:30:00+01:00", LOCAL, PARIS, "2026-03-29T00:30", False),
        ("2026-10-25T02:30:00", LOCAL, PARIS, "2026-10-25T00:30", False),
        ("2026-10-25T02:30:00+01:00", LOCAL, PARIS, "2026-10-25T01:30", True),
        ("2026-10-25T02:30:00+02:00", LOCAL, PARIS, "2026-10-25T00:30", True),
        ("2026-03-29T03:00:00", LOCAL, PARIS, "2026-03-29T01:00", True),
        # The end of a day, and a day without an hour.
        ("2026-02-11T24:00:00", LOCAL, PARIS, "2026-02-11T23:00", True),
        ("2026-02-11", LOCAL, PARIS, "2026-02-10T23:00", False),
        ("2026-02-11+01:00", STATED, PARIS, "2026-02-10T23:00", False),
    ],
)
def test_each_shape_gives_its_instant(
    text: str, trust: Trust, zone: str | None, at: str, certain: bool
) -> None:
    deadline = read_deadline(text, trust, zone)
    assert deadline is not None
    assert (deadline.at, deadline.certain) == (utc(at), certain)
    assert (deadline.text, deadline.zone) == (text, zone or PARIS)


@pytest.mark.parametrize("trust", list(Trust))
@pytest.mark.parametrize(
    "text",
    [
        "",
        "bientôt",
        "2026-02-30T12:00:00",
        "2026-13-01T12:00:00",
        "2026-02-11T25:00:00",
        "2026-02-11T24:00:01",
        "2026-02-11T12:60:00",
        "2026-02-11T12:00:60",
        "2026-02-11T12:00:00+15:00",
        "2099-01-01T12:00:00+01:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "1970-01-01T00:00:00Z",
        "20260211T120000",
        "٢٠٢٦-02-11T12:00:00",
        pytest.param("2026-02-11T12:00:00." + "0" * 10_000, id="endless"),
    ],
)
def test_an_impossible_date_or_a_placeholder_is_no_deadline(text: str, trust: Trust) -> None:
    assert read_deadline(text, trust, PARIS) is None


def test_the_earliest_of_several_deadlines_is_the_first_hurdle() -> None:
    both = [read_deadline(f"2026-0{month}-01T12:00:00", LOCAL, PARIS) for month in (5, 4)]
    found = earliest([deadline for deadline in both if deadline])
    assert found is not None
    assert found.at == utc("2026-04-01T10:00")
    assert earliest([]) is None


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2089, 12, 31)),  # noqa: DTZ001 - a wall clock
    st.sampled_from([PARIS, *OVERSEAS.values()]),
)
def test_a_certain_local_deadline_shows_the_written_time_on_the_buyers_clock(
    wall: datetime, zone: str
) -> None:
    wall = wall.replace(microsecond=0)
    deadline = read_deadline(wall.isoformat(), LOCAL, zone)
    assert deadline is not None
    shown = deadline.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shown == wall if deadline.certain else abs(shown - wall) <= timedelta(hours=1)


@given(st.text(max_size=60), st.sampled_from(Trust))
def test_any_text_is_a_deadline_or_none(text: str, trust: Trust) -> None:
    deadline = read_deadline(text, trust, None)
    assert deadline is None or deadline.at.tzinfo is UTC
