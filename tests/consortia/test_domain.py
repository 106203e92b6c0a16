"""Rules of a joint answer, without a database."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.consortia import domain
from app.consortia.domain import Agreed, AwardShare, Line, LotSplit, award_shares, exact_parts
from app.kernel.money import MAX_CENTS

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def split(amount: int | None, *lines: tuple[UUID, int | None, int | None]) -> LotSplit:
    """A lot's split, from (party, bps, fixed)."""
    return LotSplit(uuid4(), amount, tuple(Line(*line) for line in lines))


def refusal(lot: LotSplit) -> str:
    """The code of the fault that a split is refused for."""
    with pytest.raises(domain.SplitNotExact) as caught:
        exact_parts(lot, "/lots/0")
    return caught.value.faults[0].code


def test_percentages_give_euros_that_sum_to_the_lot() -> None:
    assert exact_parts(split(10_001, (A, 5_000, None), (B, 5_000, None)), "") == [5_001, 5_000]


def test_percentages_share_what_fixed_amounts_leave() -> None:
    lot = split(100_000, (A, None, 30_000), (B, 5_000, None), (C, 5_000, None))
    assert exact_parts(lot, "") == [30_000, 35_000, 35_000]


def test_fixed_amounts_alone_sum_to_the_lot() -> None:
    assert exact_parts(split(100, (A, None, 99), (B, None, 1)), "") == [99, 1]


def test_a_framework_without_amount_is_shared_in_percentages() -> None:
    assert exact_parts(split(None, (A, 6_000, None), (B, 4_000, None)), "") == [None, None]


@pytest.mark.parametrize("third", [3_333, 3_335])
def test_three_thirds_that_are_not_a_whole_are_refused(third: int) -> None:
    lot = split(30_000, (A, 3_333, None), (B, 3_333, None), (C, third, None))
    assert refusal(lot) == "shares_not_whole"


def test_the_refusal_says_what_the_shares_come_to() -> None:
    with pytest.raises(domain.SplitNotExact, match="99,99 %"):
        exact_parts(split(30_000, (A, 9_999, None)), "/lots/0")


@pytest.mark.parametrize(
    "lot",
    [
        split(100, (A, None, 99)),
        split(100, (A, None, 101)),
        split(100, (A, None, 100), (B, 10_000, None)),
        split(100, (A, None, 150), (B, 10_000, None)),
    ],
)
def test_fixed_amounts_that_miss_the_lot_are_refused(lot: LotSplit) -> None:
    assert refusal(lot) == "amounts_not_whole"


def test_a_fixed_amount_needs_the_lots_amount() -> None:
    assert refusal(split(None, (A, None, 100))) == "fixed_without_amount"


def test_a_party_stands_once_in_a_lot() -> None:
    assert refusal(split(100, (A, 5_000, None), (A, 5_000, None))) == "party_twice"


@given(
    st.integers(1, MAX_CENTS),
    st.lists(st.integers(0, MAX_CENTS), min_size=1, max_size=30).filter(any),
)
def test_an_award_is_shared_to_the_cent_as_agreed(awarded: int, agreed: list[int]) -> None:
    lines = [Agreed(uuid4(), False, euros, None) for euros in agreed]
    assert sum(share.amount_cents for share in award_shares(awarded, lines)) == awarded


def test_an_award_without_agreed_euros_follows_the_percentages() -> None:
    lines = [Agreed(A, False, None, 7_500), Agreed(B, False, None, 2_500)]
    assert award_shares(1_000, lines) == [AwardShare(A, 750, 0), AwardShare(B, 250, 0)]


def test_an_award_is_shared_by_what_parties_have_of_all_items_together() -> None:
    lines = [
        Agreed(A, False, 30_000, None),
        Agreed(B, False, 10_000, None),
        Agreed(B, False, 20_000, None),
        Agreed(A, True, 40_000, None),
    ]
    assert award_shares(50_000, lines) == [AwardShare(A, 35_000, 20_000), AwardShare(B, 15_000, 0)]
