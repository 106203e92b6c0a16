"""Rules of contracts without a database: limits, exact parts, an account that sums to zero."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.contracts.domain import (
    Base,
    BeyondLowAmount,
    ContractNature,
    Ground,
    Law,
    Movement,
    Owed,
    PartsNotExact,
    cumulated_bps,
    european_threshold,
    limit_bps,
    moves,
    owed_by_invoice,
    owed_by_party,
    standing_since,
    state_of,
)
from app.kernel.money import share

AMOUNTS = st.integers(1, 10**13)
NATURES = st.sampled_from(ContractNature)
SOME = st.integers(1, 20) | st.integers(1, 10**9)
DAY = date(2026, 3, 2)


@given(
    st.integers(1, 10**9).map(lambda tens: 10 * tens) | AMOUNTS,
    AMOUNTS,
    st.sampled_from(Law),
    NATURES,
    st.integers(-(10**12), 10**12),
    st.sampled_from((-1, 1)),
    st.integers(-2, 2) | st.integers(-(10**12), 10**12),
)
def test_r2194_8_refused_exactly_when_the_share_shown_or_the_threshold_is_reached(
    initial: int,
    threshold: int,
    law: Law,
    nature: ContractNature,
    so_far: int,
    sign: int,
    beside: int,
) -> None:
    limit = min(initial * limit_bps(law, nature) // 10_000, threshold)
    total = sign * (limit + beside)
    within = cumulated_bps(initial, total) < limit_bps(law, nature) and abs(total) < threshold
    try:
        Base(initial, law, nature, threshold).check(Ground.LOW_AMOUNT, total - so_far, so_far)
    except BeyondLowAmount:
        assert not within
    else:
        assert within


@given(AMOUNTS, AMOUNTS, st.sampled_from(Law), NATURES)
def test_r2194_8_what_is_told_to_be_accepted_is_and_one_cent_more_is_not(
    initial: int, threshold: int, law: Law, nature: ContractNature
) -> None:
    base = Base(initial, law, nature, threshold)
    base.check(Ground.LOW_AMOUNT, base.most(), 0)
    with pytest.raises(BeyondLowAmount):
        base.check(Ground.LOW_AMOUNT, base.most() + 1, 0)


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), min_size=1, max_size=25))
def test_r2142_20_moves_lead_from_the_old_parts_to_the_new_ones_to_the_cent(
    pairs: list[tuple[int, int]],
) -> None:
    ids = [uuid4() for _ in pairs]
    old = {one: pair[0] for one, pair in zip(ids, pairs, strict=True)}
    new = {one: pair[1] for one, pair in zip(ids, pairs, strict=True)}
    change = sum(new.values()) - sum(old.values())
    moved = moves(old, new, change)
    assert {one: old[one] + moved.get(one, 0) for one in ids} == new
    assert sum(moved.values()) == change
    with pytest.raises(PartsNotExact):
        moves(old, new, change + 1)


@given(
    st.integers(0, 10_000),
    st.lists(SOME, min_size=1, max_size=8),
    st.lists(SOME, max_size=12),
)
@example(4_000, [1, 1, 1], [2])
def test_domain_3_partial_transfers_bring_the_account_to_zero_exactly(
    vat_bps: int, came: list[int], wanted: list[int]
) -> None:
    invoice, party = uuid4(), uuid4()
    moved = [Movement(invoice, party, DAY, cents, share(cents, vat_bps)) for cents in came]
    for cents in [*wanted, sum(came)]:
        left = owed_by_invoice(moved).get(invoice, Owed())
        out = min(cents, left.amount_cents)
        tax = left.tax_of(out, share(out, vat_bps))
        assert 0 <= tax <= left.tax_cents
        moved.append(Movement(invoice, party, DAY, -out, -tax))
    assert owed_by_invoice(moved) == {}
    assert standing_since(moved) is None


MOVED = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 10**9), st.integers(0, 10**8)),
    max_size=20,
)


@given(MOVED)
def test_domain_5_9_what_is_owed_to_the_parties_sums_to_the_balance(
    rows: list[tuple[int, int, int, int]],
) -> None:
    moved = [Movement(UUID(int=i), UUID(int=p), DAY, cents, tax) for i, p, cents, tax in rows]
    state = state_of(moved, 30, DAY)
    assert sum(one.total_cents for one in owed_by_party(moved).values()) == sum(
        one.amount_cents + one.tax_cents for one in moved
    )
    assert sum((one for one in state.owed.values()), Owed()) == state.balance


def test_domain_3_the_oldest_receipt_of_which_something_stands_counts() -> None:
    one, party = uuid4(), uuid4()
    later = DAY + timedelta(days=20)
    moved = [Movement(one, party, DAY, 100, 20), Movement(one, party, later, 50, 10)]
    late = state_of(moved, 30, DAY + timedelta(days=31))
    assert (late.since, late.overdue) == (DAY, True)
    assert not state_of(moved, 30, DAY + timedelta(days=30)).overdue
    moved.append(Movement(one, party, later, -100, -20))
    paid = state_of(moved, 30, DAY + timedelta(days=31))
    assert (paid.since, paid.overdue) == (later, False)
    assert state_of(moved, 30, later + timedelta(days=31)).overdue


@pytest.mark.parametrize(
    ("law", "nature", "day", "euros"),
    [
        (Law.PROCUREMENT, ContractNature.WORKS, date(2026, 1, 1), 5_404_000),
        (Law.PROCUREMENT, ContractNature.SERVICES, date(2026, 6, 1), 216_000),
        (Law.PROCUREMENT, ContractNature.SUPPLIES, date(2025, 12, 31), 221_000),
        (Law.PROCUREMENT, ContractNature.WORKS, date(2023, 1, 1), 5_382_000),
        (Law.CONCESSION, ContractNature.SERVICES, date(2026, 1, 1), 5_404_000),
        (Law.CONCESSION, ContractNature.SERVICES, date(2025, 12, 31), 5_538_000),
    ],
)
def test_annex_2_the_european_thresholds_of_local_buyers(
    law: Law, nature: ContractNature, day: date, euros: int
) -> None:
    assert european_threshold(law, nature, day) == euros * 100
