"""Clocks: the nights of the year that differ, and machines whose hour is wrong (trial 39)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.watch.models import ImportRun, Source
from app.watch.service.runs import ABANDONED_AFTER, is_alive
from app.watch.service.sources import is_due, window

PARIS = ZoneInfo("Europe/Paris")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def asked(cron: str, since: str, until: str) -> list[str]:
    """When a source is asked, on clocks of Paris, by a tick each minute."""
    source = Source(cron=cron, requested_at=at(since), quiet_until=None)
    found, now = [], at(since)
    while (now := now + MINUTE) <= at(until):
        if is_due(source, now):
            source.requested_at = now
            local = now.astimezone(PARIS)
            found.append(f"{local:%d %H:%M}+{(local.utcoffset() or MINUTE) // HOUR}")
    return found


@pytest.mark.parametrize(
    ("cron", "since", "until", "times"),
    [
        # Half past two comes twice, and is served once; and the day after as ever.
        (
            "30 2 * * *",
            "2026-10-24T12:00",
            "2026-10-26T12:00",
            ["25 02:30+2", "26 02:30+1"],
        ),
        # It does not come at all: the night has its import all the same, when it would have been.
        (
            "30 2 * * *",
            "2026-03-28T12:00",
            "2026-03-30T12:00",
            ["29 03:00+2", "30 02:30+2"],
        ),
        # Asked for by day, the nights change nothing but the hour of Greenwich.
        (
            "15 6 * * *",
            "2026-10-24T12:00",
            "2026-10-26T12:00",
            ["25 06:15+1", "26 06:15+1"],
        ),
        (
            "15 6 * * *",
            "2026-03-28T12:00",
            "2026-03-30T12:00",
            ["29 06:15+2", "30 06:15+2"],
        ),
        ("0 6 29 2 *", "2028-02-27T12:00", "2028-03-02T12:00", ["29 06:00+1"]),
        ("0 6 29 2 *", "2027-02-27T12:00", "2027-03-02T12:00", []),
    ],
)
def test_each_night_has_its_import_once(
    cron: str, since: str, until: str, times: list[str]
) -> None:
    assert asked(cron, since, until) == times


@pytest.mark.parametrize(
    ("midnight", "next_midnight", "hours"),
    [
        ("2026-10-24T22:00", "2026-10-25T23:00", 25),
        ("2026-03-28T23:00", "2026-03-29T22:00", 23),
        ("2026-06-01T22:00", "2026-06-02T22:00", 24),
    ],
)
def test_what_is_asked_each_hour_is_asked_in_each_hour_of_the_day(
    midnight: str, next_midnight: str, hours: int
) -> None:
    assert len(asked("30 * * * *", midnight, next_midnight)) == hours


def test_a_clock_set_back_a_little_asks_nothing_twice() -> None:
    source = Source(cron="15 6,12,18 * * *", requested_at=at("2026-01-10T05:15"), quiet_until=None)
    for seconds in (1, 90, 3600):
        back = at("2026-01-10T05:15") - timedelta(seconds=seconds)
        assert not is_due(source, back)
    assert is_due(source, at("2026-01-10T11:15"))


def test_a_clock_that_was_far_ahead_silences_no_source() -> None:
    ahead = at("2089-01-01T05:15")
    source = Source(cron="15 6,12,18 * * *", requested_at=ahead, quiet_until=None)
    assert is_due(source, at("2026-01-10T05:15"))
    source.quiet_until = ahead
    assert is_due(source, at("2026-01-10T05:15"))
    source.last_success_at, source.window_days = ahead, 3
    assert window(source, at("2026-01-10T05:15")).isoformat() == "2026-01-07"


def test_quiet_that_was_asked_for_is_kept() -> None:
    quiet = at("2026-01-10T20:00")
    source = Source(cron="15 6 * * *", requested_at=at("2026-01-08T05:15"), quiet_until=quiet)
    assert not is_due(source, quiet - MINUTE)
    assert is_due(source, quiet)


def test_a_clock_that_leaps_ahead_asks_once() -> None:
    source = Source(cron="* * * * *", requested_at=at("2026-01-10T05:15"), quiet_until=None)
    leap = at("2026-01-17T05:15")
    assert is_due(source, leap)
    source.requested_at = leap
    assert not is_due(source, leap)


def test_a_run_that_beat_in_the_future_is_not_alive_for_ever() -> None:
    now = at("2026-01-10T05:15")
    for beat, alive in ((-ABANDONED_AFTER, False), (-MINUTE, True), (MINUTE, True)):
        assert is_alive(ImportRun(heartbeat_at=now + beat), now) is alive
    assert not is_alive(ImportRun(heartbeat_at=at("2089-01-01T05:15")), now)
