"""When a mail is due: walls' clocks, the nights that change them, zones overseas (trial 39)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.alerts.digests.domain import BUNDLED, Preference, Rhythm, next_mail

DAILY = Preference(Rhythm.DAILY, 7, 1)
ZONES = [
    "Europe/Paris",
    "Indian/Reunion",
    "America/Guadeloupe",
    "Pacific/Noumea",
    "America/Miquelon",
    "Pacific/Tahiti",
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("Europe/Paris", "2026-03-02T05:59", "2026-03-02T06:00"),
        ("Europe/Paris", "2026-03-02T06:00", "2026-03-03T06:00"),
        ("Europe/Paris", "2026-03-28T12:00", "2026-03-29T05:00"),  # the spring's night
        ("Europe/Paris", "2026-10-24T12:00", "2026-10-25T06:00"),  # the autumn's
        ("Indian/Reunion", "2026-03-02T02:59", "2026-03-02T03:00"),
        ("Pacific/Noumea", "2026-03-02T20:30", "2026-03-03T20:00"),
        ("Pacific/Tahiti", "2026-03-02T20:30", "2026-03-03T17:00"),
    ],
)
def test_a_daily_mail_comes_at_the_hour_of_the_clusters_clock(
    zone: str, now: str, due: str
) -> None:
    assert next_mail(DAILY, zone, at(now)) == at(due)


def test_an_hour_that_the_spring_skips_is_when_it_would_have_been() -> None:
    skipped = Preference(Rhythm.DAILY, 2, 1)
    assert next_mail(skipped, "Europe/Paris", at("2026-03-28T12:00")) == at("2026-03-29T01:00")
    assert next_mail(skipped, "Europe/Paris", at("2026-03-29T01:00")) == at("2026-03-30T00:00")


def test_an_hour_that_the_autumn_repeats_comes_once() -> None:
    twice = Preference(Rhythm.DAILY, 2, 1)
    assert next_mail(twice, "Europe/Paris", at("2026-10-24T12:00")) == at("2026-10-25T00:00")
    for now in ("2026-10-25T00:00", "2026-10-25T00:59", "2026-10-25T01:00", "2026-10-25T01:30"):
        assert next_mail(twice, "Europe/Paris", at(now)) == at("2026-10-26T01:00")


@pytest.mark.parametrize(
    ("weekday", "now", "due"),
    [
        (1, "2026-03-01T12:00", "2026-03-02T06:00"),
        (1, "2026-03-02T05:00", "2026-03-02T06:00"),
        (1, "2026-03-02T06:00", "2026-03-09T06:00"),
        (7, "2026-03-28T12:00", "2026-03-29T05:00"),
        (7, "2026-03-29T12:00", "2026-04-05T05:00"),
    ],
)
def test_a_weekly_mail_comes_on_its_day(weekday: int, now: str, due: str) -> None:
    weekly = Preference(Rhythm.WEEKLY, 7, weekday)
    assert next_mail(weekly, "Europe/Paris", at(now)) == at(due)


def test_at_once_is_gathered_for_some_minutes_and_never_is_never() -> None:
    now = at("2026-03-02T05:00")
    assert next_mail(Preference(Rhythm.IMMEDIATE, 7, 1), "Europe/Paris", now) == now + BUNDLED
    assert next_mail(Preference(Rhythm.NEVER, 7, 1), "Europe/Paris", now) is None


@given(
    minutes=st.integers(0, 8_000_000),
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    weekday=st.integers(1, 7),
    weekly=st.booleans(),
)
def test_the_next_mail_is_ahead_and_within_a_day_or_a_week_and_an_hour(
    minutes: int, zone: str, hour: int, weekday: int, weekly: bool
) -> None:
    rhythm = Rhythm.WEEKLY if weekly else Rhythm.DAILY
    moment = at("2020-01-01T00:00") + timedelta(minutes=minutes)
    due = next_mail(Preference(rhythm, hour, weekday), zone, moment)
    assert due is not None
    assert moment < due <= moment + timedelta(days=7 if weekly else 1, hours=1)
