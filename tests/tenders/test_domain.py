"""Deadlines, to the second."""

from datetime import UTC, datetime, timedelta

import pytest

from app.tenders.domain import DeadlineIn, is_late


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        ("2026-06-15T12:00", "Europe/Paris", "2026-06-15T10:00+00:00"),
        ("2026-06-15T12:00", "Indian/Reunion", "2026-06-15T08:00+00:00"),
        ("2026-06-15T12:00", "America/Martinique", "2026-06-15T16:00+00:00"),
        # 02:30 comes twice on this night: the first one, so that nobody is late by it.
        ("2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30+00:00"),
    ],
)
def test_wall_time_is_the_buyers(wall: str, zone: str, instant: str) -> None:
    given = DeadlineIn(datetime.fromisoformat(wall), zone)
    assert given.instant() == datetime.fromisoformat(instant)


def test_late_is_late_by_a_second() -> None:
    deadline = datetime(2026, 6, 15, 10, tzinfo=UTC)
    assert not is_late(deadline, True, deadline)
    assert is_late(deadline, True, deadline + timedelta(seconds=1))


def test_an_uncertain_deadline_makes_nobody_late() -> None:
    deadline = datetime(2026, 6, 15, 10, tzinfo=UTC)
    assert not is_late(deadline, False, deadline + timedelta(days=1))
    assert not is_late(None, None, deadline)
