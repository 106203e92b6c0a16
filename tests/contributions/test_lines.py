"""The arithmetic of contributions, without a database."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.contributions.domain import Line, Terms, line, lines_for

FIFTEEN = Terms(1_500, uuid4(), 1)
TWELVE = Terms(1_200, uuid4(), 2)
RATES = [FIFTEEN, TWELVE, Terms(333, uuid4(), 3), Terms(0, uuid4(), 4)]

steps = st.lists(
    st.tuples(st.integers(-(2**60), 2**60) | st.integers(-50, 50), st.sampled_from(RATES)),
    max_size=12,
)


def play(flows: list[tuple[int, Terms]]) -> list[Line]:
    """The lines of a sequence of flows."""
    lines: list[Line] = []
    received = 0
    for base, terms in flows:
        lines += lines_for(lines, received, base, terms)
        received += base
    return lines


def test_a_contribution_is_rounded_once_to_the_cent() -> None:
    assert line(100, Terms(2_900, uuid4(), 1)).amount_cents == 29
    assert line(1, FIFTEEN).amount_cents == 0
    assert line(4, FIFTEEN).amount_cents == 1
    assert line(10, FIFTEEN).amount_cents == 2
    assert line(2**53 + 1, Terms(10_000, uuid4(), 1)).amount_cents == 2**53 + 1
    assert line(-10, FIFTEEN).amount_cents == -2


def test_a_credit_note_is_charged_at_the_rate_of_what_it_takes_back() -> None:
    lines = play([(100_00, FIFTEEN), (-40_00, TWELVE)])
    assert lines[1] == Line(-40_00, -6_00, FIFTEEN)


def test_a_credit_note_over_two_rates_takes_back_the_newest_first_with_a_line_for_each() -> None:
    lines = play([(100_00, FIFTEEN), (100_00, TWELVE), (-150_00, TWELVE)])
    assert lines[2:] == [Line(-100_00, -12_00, TWELVE), Line(-50_00, -7_50, FIFTEEN)]


def test_a_credit_note_over_lines_of_one_rate_is_one_line() -> None:
    lines = play([(4, FIFTEEN), (4, FIFTEEN), (-8, FIFTEEN)])
    assert lines[2:] == [Line(-8, -2, FIFTEEN)]


def test_what_was_taken_back_is_not_taken_back_again() -> None:
    lines = play([(100_00, FIFTEEN), (100_00, TWELVE), (-100_00, TWELVE), (-60_00, TWELVE)])
    assert lines[3] == Line(-60_00, -9_00, FIFTEEN)


def test_nothing_is_charged_until_receipts_have_made_up_for_a_large_credit_note() -> None:
    lines = play([(100_00, FIFTEEN), (-150_00, FIFTEEN), (30_00, FIFTEEN), (80_00, FIFTEEN)])
    assert [one.base_cents for one in lines] == [100_00, -100_00, 0, 60_00]
    assert sum(one.amount_cents for one in lines) == 9_00


@given(steps)
def test_the_total_never_falls_below_zero(flows: list[tuple[int, Terms]]) -> None:
    for count in range(len(flows) + 1):
        lines = play(flows[:count])
        base = sum(one.base_cents for one in lines)
        amount = sum(one.amount_cents for one in lines)
        received = sum(base for base, _ in flows[:count])
        # Money that came in and went out again leaves nothing, to the cent.
        assert amount >= 0
        assert amount == 0 or base > 0
        assert base <= max(0, sum(max(0, one) for one, _ in flows[:count]))
        assert base == max(0, received)


@given(steps)
def test_every_flow_has_a_line_and_every_line_a_sign(flows: list[tuple[int, Terms]]) -> None:
    lines: list[Line] = []
    received = 0
    for base, terms in flows:
        fresh = lines_for(lines, received, base, terms)
        assert fresh
        assert all(one.base_cents * base >= 0 for one in fresh)
        assert all(one.amount_cents * base >= 0 for one in fresh)
        lines += fresh
        received += base


@given(st.lists(st.integers(1, 10**15), min_size=1, max_size=6))
def test_receipts_at_one_rate_are_charged_to_within_half_a_cent_each(bases: list[int]) -> None:
    lines = play([(base, FIFTEEN) for base in bases])
    exact = sum(bases) * 15
    assert abs(100 * sum(one.amount_cents for one in lines) - exact) <= 50 * len(bases)
