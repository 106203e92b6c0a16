"""Exact shares of exact amounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.money import MAX_CENTS, Money, allot, share

CENTS = st.integers(-MAX_CENTS, MAX_CENTS)
WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=40).filter(any)


@given(CENTS, WEIGHTS)
def test_parts_always_sum_to_the_whole(total: int, weights: list[int]) -> None:
    assert sum(allot(total, weights)) == total


@given(CENTS, WEIGHTS)
def test_no_part_is_further_than_a_cent_from_its_due(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    for part, weight in zip(allot(total, weights), weights, strict=True):
        assert abs(part * whole - total * weight) < whole


def test_equal_remainders_go_to_the_first() -> None:
    assert allot(100, [1, 1, 1]) == [34, 33, 33]
    assert allot(-100, [1, 1, 1]) == [-34, -33, -33]
    assert allot(1, [0, 5]) == [0, 1]


def test_thirty_parties_share_one_cent() -> None:
    assert allot(1, [1] * 30) == [1] + [0] * 29


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_weights_that_share_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allot(100, weights)


@pytest.mark.parametrize(
    ("base", "bps", "due"),
    [
        (10_000, 2_900, 2_900),  # 29 % of 100 is 29, not 28
        (33_333, 1_500, 5_000),
        (10, 500, 1),  # half a cent goes up
        (-10, 500, -1),  # and its credit note cancels it
        (1, 1_500, 0),
        (MAX_CENTS, 10_000, MAX_CENTS),
    ],
)
def test_a_share_is_rounded_half_up_once(base: int, bps: int, due: int) -> None:
    assert share(base, bps) == due


@given(CENTS, st.integers(0, 10_000))
def test_a_credit_note_cancels_its_charge(base: int, bps: int) -> None:
    assert share(base, bps) + share(-base, bps) == 0


def test_a_rate_is_never_negative() -> None:
    with pytest.raises(ValueError, match="rate"):
        share(100, -1)


def test_amounts_of_one_currency_add_up() -> None:
    assert Money(100) + Money(23) - Money(3) == Money(120)


def test_currencies_never_mix() -> None:
    with pytest.raises(ValueError, match="currencies"):
        Money(1, "EUR") + Money(1, "XPF")
