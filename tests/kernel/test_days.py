"""Days that people type."""

from datetime import date

import pytest

from app.kernel.days import not_in_future
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
