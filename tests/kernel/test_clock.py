"""The clock."""

from datetime import UTC

from app.kernel.clock import system_clock


def test_the_clock_is_in_utc() -> None:
    assert system_clock().tzinfo is UTC
