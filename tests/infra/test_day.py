"""A day and an instant are written, never counted."""

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from app.infra.http.day import Day
from app.infra.http.instant import Instant
from tests.test_openapi import document
from tests.world import World

DAYS = TypeAdapter(Day)
INSTANTS = TypeAdapter(Instant)


@pytest.mark.parametrize("given", [0, "0", 86_400, "86400", "20260301", "2026-3-1", "", None, True])
def test_a_count_of_seconds_is_no_day(given: object) -> None:
    with pytest.raises(ValidationError, match="Il faut un jour"):
        DAYS.validate_python(given)


@pytest.mark.parametrize("given", ["2026-02-30", "1989-12-31", "2200-01-01"])
def test_a_day_that_is_not_or_out_of_bounds_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        DAYS.validate_python(given)


def test_a_day_is_read_as_written() -> None:
    assert DAYS.validate_python("2026-03-01") == date(2026, 3, 1)


@pytest.mark.parametrize("given", [0, "0", 1_767_225_600, "1767225600", "", None])
def test_a_count_of_seconds_is_no_instant(given: object) -> None:
    with pytest.raises(ValidationError, match="Il faut un instant"):
        INSTANTS.validate_python(given)


@pytest.mark.parametrize("given", ["2026-03-01T10:00:00+02:00", "2026-03-01t08:00:00z"])
def test_an_instant_is_kept_in_utc(given: str) -> None:
    assert INSTANTS.validate_python(given) == datetime(2026, 3, 1, 8, tzinfo=UTC)


def _days_asked() -> list[tuple[str, str]]:
    """Path and name of every parameter that is a day."""
    return [
        (path, parameter["name"])
        for path, operations in document()["paths"].items()
        for parameter in operations.get("get", {}).get("parameters", ())
        if "'format': 'date'" in str(parameter["schema"])
    ]


async def test_no_list_takes_a_count_of_seconds_for_a_day(world: World) -> None:
    asked = _days_asked()
    assert len(asked) > 5
    for path, name in asked:
        there = path.format(member_id=world.alpha.member)
        answer = await world.coordinator.get(there, **{name: "0"})
        assert answer.status_code == 422, (path, name, answer.text)
        # Not for another reason: the parameter itself is what is wrong.
        assert [one["pointer"] for one in answer.json()["errors"]] == [f"/query/{name}"], path
