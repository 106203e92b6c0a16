"""Days that people type."""

from datetime import date

import pytest

from app.kernel.days import months_after, not_in_future
from app.kernel.errors import Invalid

TODAY = date(2026, 2, 28)


@pytest.mark.parametrize("day", [date(1999, 1, 1), TODAY, date(2026, 3, 1)])
def test_a_day_that_has_begun_anywhere_has_begun(day: date) -> None:
    not_in_future(day, TODAY, "/on")


def test_a_day_to_come_is_refused_where_it_stands() -> None:
    with pytest.raises(Invalid) as refused:
        not_in_future(date(2026, 3, 2), TODAY, "/on", "Pas encore.")
    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code, fault.message) == ("/on", "in_the_future", "Pas encore.")


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2024, 5, 15), 48, date(2028, 5, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 12, 31), 1, date(2025, 1, 31)),
        (date(2024, 11, 30), 1, date(2024, 12, 30)),
        (date(2024, 1, 31), -2, date(2023, 11, 30)),
        (date(2024, 1, 15), -1, date(2023, 12, 15)),
        (date(2026, 1, 1), 6, date(2026, 7, 1)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
    ],
)
def test_months_run_from_date_to_date_or_to_the_end_of_the_month(
    day: date, months: int, after: date
) -> None:
    assert months_after(day, months) == after
