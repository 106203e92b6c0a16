"""What a member owes for a year, without a database."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contributions.domain import (
    FeeBand,
    FeeTerms,
    HeadcountMethod,
    LinearFee,
    ProRata,
    default_terms,
)
from app.fees.domain import (
    Charged,
    Declared,
    Member,
    Move,
    NoFee,
    Part,
    Spell,
    Version,
    check_year,
    fee_of,
    in_year,
    part_of_year,
    plan,
    spells,
)
from app.kernel.errors import Invalid
from app.kernel.ids import new_id

TODAY = date(2026, 11, 5)
LONG_AGO = date(2019, 5, 1)
BANDS = default_terms().fees
LINEAR = FeeTerms(linear=LinearFee(95_00, 300_00, 4_000_00), pro_rata=ProRata.DAY)


def version(terms: FeeTerms = BANDS, since: date = LONG_AGO, number: int = 1) -> Version:
    return Version(new_id(), number, since, terms)


def said(
    hundredths: int, method: HeadcountMethod = HeadcountMethod.AVERAGE
) -> tuple[Declared, ...]:
    return (Declared(new_id(), method, hundredths, TODAY),)


def member(declared: tuple[Declared, ...] = (), joined_on: date = LONG_AGO, *moves: Move) -> Member:
    return Member(new_id(), joined_on, moves, declared, (), profile=12)


def owed(policy: Version, one: Member, year: int = 2026) -> int:
    (fee,) = plan([policy], [one], year, TODAY).fees
    return fee.amount_cents


def test_a_headcount_at_the_edge_of_two_bands_pays_the_upper_one() -> None:
    edges = {0: 300_00, 299: 300_00, 300: 600_00, 999: 600_00, 1_000: 1_000_00, 10_000: 4_000_00}
    assert {one: owed(version(), member(said(one))) for one in edges} == edges


def test_a_linear_fee_meets_its_floor_and_its_cap() -> None:
    whole = Part(1, 1)
    edges = {0: 300_00, 315: 300_00, 316: 300_20, 4_210: 3_999_50, 4_211: 4_000_00}
    assert {one: fee_of(LINEAR, one, whole) for one in edges} == edges


def test_a_fee_is_rounded_once_when_its_part_of_the_year_is_known() -> None:
    terms = FeeTerms(linear=LinearFee(1_01, 0, 10**15))
    # 1.01 € × 0.50 is 50.5 cents, of which 6 months are 25.25: rounded before, it would be 26.
    assert fee_of(terms, 50, Part(6, 12)) == 25
    assert fee_of(terms, 50, Part(12, 12)) == 51


@pytest.mark.parametrize(
    ("start", "end", "pro_rata", "wanted"),
    [
        (date(2024, 1, 1), None, ProRata.DAY, Part(366, 366)),
        (date(2024, 2, 29), None, ProRata.DAY, Part(307, 366)),
        (date(2023, 12, 31), date(2024, 3, 1), ProRata.DAY, Part(60, 366)),
        (date(2024, 3, 31), None, ProRata.MONTH, Part(10, 12)),
        (date(2023, 6, 1), date(2024, 3, 1), ProRata.MONTH, Part(2, 12)),
        (date(2023, 6, 1), date(2024, 3, 2), ProRata.MONTH, Part(3, 12)),
        (date(2024, 12, 31), None, ProRata.FULL, Part(1, 1)),
        (date(2023, 6, 1), date(2024, 1, 1), ProRata.FULL, Part(0, 1)),
        (date(2025, 1, 1), None, ProRata.DAY, Part(0, 366)),
    ],
)
def test_part_of_a_leap_year(
    start: date, end: date | None, pro_rata: ProRata, wanted: Part
) -> None:
    assert part_of_year(in_year([Spell(start, end)], 2024), 2024, pro_rata) == wanted


def test_a_month_left_and_joined_again_counts_once() -> None:
    moves = (
        Move(date(2026, 1, 1), joins=True),
        Move(date(2026, 3, 10), joins=False),
        Move(date(2026, 3, 20), joins=True),
    )
    within = in_year(spells(LONG_AGO, moves), 2026)
    assert part_of_year(within, 2026, ProRata.MONTH) == Part(12, 12)
    assert part_of_year(within, 2026, ProRata.DAY) == Part(355, 365)


def test_a_member_from_before_moves_were_kept_joined_on_its_day() -> None:
    assert spells(LONG_AGO, []) == [Spell(LONG_AGO, None)]
    left = Move(date(2026, 3, 1), joins=False)
    assert spells(LONG_AGO, [left]) == [Spell(LONG_AGO, left.on)]


def test_who_declared_nothing_is_missing_and_never_guessed() -> None:
    silent, other = member(), member(said(500, HeadcountMethod.MAXIMUM))
    found = plan([version()], [silent, other], 2026, TODAY)
    assert found.fees == ()
    assert [(one.why, one.method, one.profile) for one in found.missing] == [
        (NoFee.NO_HEADCOUNT, HeadcountMethod.AVERAGE, 12),
        (NoFee.OTHER_METHOD, HeadcountMethod.AVERAGE, 12),
    ]
    (missing,) = plan([version(since=TODAY)], [member(said(500))], 2026, TODAY).missing
    assert (missing.why, missing.method) == (NoFee.NO_POLICY, None)


def test_who_was_no_member_in_the_year_owes_nothing_and_is_not_missing() -> None:
    gone = member((), LONG_AGO, Move(LONG_AGO, joins=True), Move(date(2026, 1, 1), joins=False))
    coming = member(said(500), date(2027, 1, 1))
    assert plan([version()], [gone, coming], 2026, TODAY).fees == ()
    assert plan([version()], [gone, coming], 2026, TODAY).missing == ()


def test_the_policy_is_that_of_the_first_of_january_or_of_the_day_of_joining() -> None:
    dear = FeeTerms((FeeBand(0, None, 9_000_00),), pro_rata=ProRata.FULL)
    policies = [version(), version(dear, date(2026, 6, 1), 2)]
    old, new = member(said(500)), member(said(500), date(2026, 6, 1))
    found = plan(policies, [old, new], 2026, TODAY).fees
    assert [(one.policy.version, one.amount_cents) for one in found] == [(1, 600_00), (2, 9_000_00)]
    assert [one.occurred_on for one in found] == [date(2026, 1, 1), date(2026, 6, 1)]


def test_an_adjustment_keeps_the_policy_of_the_first_line() -> None:
    first, later = version(), version(FeeTerms((FeeBand(0, None, 1),)), date(2026, 6, 1), 2)
    one = member(said(1_500), date(2026, 7, 1))
    charged = replace(one, charged=(Charged(600_00, first.id),))
    (fee,) = plan([first, later], [charged], 2026, TODAY).fees
    assert (fee.policy, fee.number, fee.occurred_on) == (first, 2, TODAY)
    assert fee.amount_cents == 500_00 - 600_00


def test_a_fee_of_zero_is_charged_once_as_a_proof() -> None:
    free = version(FeeTerms((FeeBand(0, None, 0),)))
    one = member(said(100))
    assert owed(free, one) == 0
    again = replace(one, charged=(Charged(0, free.id),))
    assert plan([free], [again], 2026, TODAY).fees == ()


def test_the_year_has_begun() -> None:
    check_year(2026, TODAY)
    for year in (1999, 2027, 9999):
        with pytest.raises(Invalid):
            check_year(year, TODAY)


declared = st.tuples(st.just("declare"), st.integers(0, 12_000))
left = st.tuples(st.just("move"), st.integers(1, 40))
ran = st.tuples(st.just("run"), st.just(0))


@given(
    st.lists(st.one_of(declared, left, ran), max_size=14),
    st.sampled_from([BANDS, LINEAR, replace(BANDS, pro_rata=ProRata.FULL)]),
    st.dates(date(2023, 6, 1), date(2024, 12, 31)),
)
def test_the_lines_of_a_year_sum_to_the_fee_of_the_last_declaration(
    steps: list[tuple[str, int]], terms: FeeTerms, joined: date
) -> None:
    """Whatever the order of corrections, departures, returns and runs."""
    policy = version(terms)
    one = member((), joined, Move(joined, joins=True))
    for step, value in [*steps, ("declare", 700), ("run", 0)]:
        if step == "declare":
            one = replace(one, declared=(*said(value), *one.declared))
        elif step == "move":
            last = one.moves[-1]
            on = date.fromordinal(last.on.toordinal() + value)
            one = replace(one, moves=(*one.moves, Move(on, joins=not last.joins)))
        else:
            for fee in plan([policy], [one], 2024, TODAY).fees:
                line = Charged(fee.amount_cents, fee.policy.id)
                one = replace(one, charged=(*one.charged, line))
            assert plan([policy], [one], 2024, TODAY).fees == ()
    part = part_of_year(in_year(spells(joined, one.moves), 2024), 2024, terms.pro_rata)
    total = sum(line.amount_cents for line in one.charged)
    assert total == fee_of(terms, 700, part)
