"""Rates and bands, without a database."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contributions.domain import (
    FTE,
    Base,
    Debtor,
    FeeBand,
    FeeTerms,
    FlowNature,
    InvalidTerms,
    LinearFee,
    PolicyOutOfOrder,
    PolicyTerms,
    Rate,
    Trigger,
    check_first_day,
    default_terms,
    effective,
    next_version,
)
from app.kernel.errors import Invalid

DEFAULT = default_terms()
FIRST = date(2026, 1, 1)


@dataclass(frozen=True)
class Version:
    valid_from: date


def codes(rates: tuple[Rate, ...], bands: tuple[FeeBand, ...]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidTerms) as raised:
        PolicyTerms(rates, FeeTerms(bands))
    return [(fault.pointer, fault.code) for fault in raised.value.faults]


def yearly_cents(hundredths: int) -> int:
    """The default fee of a whole year; bands give whole cents."""
    cents, rest = divmod(DEFAULT.fees.yearly(hundredths), FTE)
    assert rest == 0
    return cents


def test_the_default_rates_are_those_of_the_cluster_that_invented_them() -> None:
    rates = {rate.nature: rate for rate in DEFAULT.rates}
    assert rates[FlowNature.JOINT_ANSWER].bps == 1_500
    assert rates[FlowNature.JOINT_ANSWER].trigger == Trigger.CASH_RECEIVED
    assert rates[FlowNature.CO_CONTRACTING].bps == 400
    assert (rates[FlowNature.BUSINESS].bps, rates[FlowNature.BUSINESS].debtor) == (
        300,
        Debtor.SELLER,
    )
    assert DEFAULT.rate(FlowNature.BUSINESS) == rates[FlowNature.BUSINESS]


def test_the_default_fee_goes_from_300_to_4000_euros_and_never_falls() -> None:
    fees = [yearly_cents(headcount * FTE) for headcount in range(500)]
    assert (fees[0], fees[-1]) == (300_00, 4_000_00)
    assert fees == sorted(fees)


def test_a_headcount_at_the_edge_of_two_bands_is_in_the_upper_one() -> None:
    assert yearly_cents(3 * FTE - 1) == 300_00
    assert yearly_cents(3 * FTE) == 600_00
    with pytest.raises(ValueError, match="never negative"):
        DEFAULT.fees.yearly(-1)


@given(st.lists(st.integers(1, 10**6), unique=True, max_size=8), st.integers(0, 2 * 10**6))
def test_every_headcount_is_in_exactly_one_band(edges: list[int], headcount: int) -> None:
    starts = [0, *sorted(edges)]
    ends: list[int | None] = [*starts[1:], None]
    bands = tuple(
        FeeBand(start, end, index)
        for index, (start, end) in enumerate(zip(starts, ends, strict=True))
    )
    terms = PolicyTerms(DEFAULT.rates, FeeTerms(bands))
    inside = [
        band
        for band in bands
        if band.from_headcount <= headcount
        and (band.to_headcount is None or headcount < band.to_headcount)
    ]
    assert [band.fee_cents for band in inside] == [terms.fees.yearly(headcount * FTE) // FTE]


def test_bands_with_a_gap_an_overlap_or_an_end_are_refused() -> None:
    gap = (FeeBand(0, 3, 1), FeeBand(4, None, 2))
    assert codes(DEFAULT.rates, gap) == [("/fee_bands/1/from_headcount", "gap_or_overlap")]
    overlap = (FeeBand(0, 3, 1), FeeBand(2, None, 2))
    assert codes(DEFAULT.rates, overlap) == [("/fee_bands/1/from_headcount", "gap_or_overlap")]
    late = (FeeBand(1, None, 1),)
    assert codes(DEFAULT.rates, late) == [("/fee_bands/0/from_headcount", "gap_or_overlap")]
    after_the_last = (FeeBand(0, None, 1), FeeBand(3, None, 2))
    assert codes(DEFAULT.rates, after_the_last) == [
        ("/fee_bands/1/from_headcount", "gap_or_overlap")
    ]
    closed = (FeeBand(0, 3, 1),)
    assert codes(DEFAULT.rates, closed) == [("/fee_bands/0/to_headcount", "not_open")]
    empty = (FeeBand(0, 0, 1), FeeBand(0, None, 1))
    assert codes(DEFAULT.rates, empty) == [("/fee_bands/0/to_headcount", "empty_band")]
    negative = (FeeBand(0, None, -1),)
    assert codes(DEFAULT.rates, negative) == [("/fee_bands/0/fee_cents", "out_of_range")]
    assert codes(DEFAULT.rates, ()) == [("/fee_bands", "missing")]


def test_a_linear_fee_grows_between_its_floor_and_its_cap_to_the_cent() -> None:
    fees = FeeTerms(linear=LinearFee(95_00, 300_00, 4_000_00))
    # 300 € are 3.157… equivalents, and 4,000 € are 42.105…
    edges = {0: 300_00_00, 315: 300_00_00, 316: 300_20_00, 4210: 3_999_50_00, 4211: 4_000_00_00}
    assert {headcount: fees.yearly(headcount) for headcount in edges} == edges
    assert fees.yearly(10**8) == 4_000_00_00
    assert fees.band(316) is None


def test_a_linear_fee_that_cannot_be_applied_is_refused_with_reasons() -> None:
    def faults(fees: FeeTerms) -> list[tuple[str, str]]:
        with pytest.raises(InvalidTerms) as raised:
            PolicyTerms(DEFAULT.rates, fees)
        return [(fault.pointer, fault.code) for fault in raised.value.faults]

    assert faults(FeeTerms(linear=LinearFee(1, 3, 2))) == [("/linear_fee/floor", "above_the_cap")]
    assert faults(FeeTerms(linear=LinearFee(-1, 0, 0))) == [("/linear_fee/per_fte", "out_of_range")]
    both = FeeTerms(DEFAULT.fees.bands, LinearFee(1, 2, 3))
    assert faults(both) == [("/linear_fee", "two_scales")]
    PolicyTerms(DEFAULT.rates, FeeTerms(linear=LinearFee(0, 2, 2)))


def test_each_nature_has_one_rate() -> None:
    joint, contracting, business = DEFAULT.rates
    wanted = [("/rates", "one_rate_per_nature")]
    assert codes((joint, contracting), DEFAULT.fees.bands) == wanted
    assert codes((joint, joint, contracting, business), DEFAULT.fees.bands) == wanted


def test_a_rate_beyond_the_whole_is_refused() -> None:
    joint, *others = DEFAULT.rates
    too_much = (replace(joint, bps=10_001), *others)
    assert codes(too_much, DEFAULT.fees.bands) == [("/rates/0/bps", "out_of_range")]


def test_a_setting_that_nothing_would_apply_is_refused() -> None:
    joint, *others = DEFAULT.rates
    rates = (replace(joint, base=Base.MARGIN, debtor=Debtor.LEAD), *others)
    assert codes(rates, DEFAULT.fees.bands) == [
        ("/rates/0/base", "not_supported"),
        ("/rates/0/debtor", "not_supported"),
    ]


def test_a_joint_answer_is_not_charged_on_invoices_which_nobody_records() -> None:
    joint, *others = DEFAULT.rates
    rates = (replace(joint, trigger=Trigger.INVOICE), *others)
    assert codes(rates, DEFAULT.fees.bands) == [("/rates/0/trigger", "not_supported")]
    with pytest.raises(InvalidTerms) as raised:
        PolicyTerms(rates, DEFAULT.fees)
    (fault,) = raised.value.faults
    assert "cash_received" in fault.message
    assert "award" in fault.message


def test_a_version_begins_today_at_the_earliest_and_in_two_years_at_the_latest() -> None:
    for days in (0, 1, 730):
        check_first_day(FIRST + timedelta(days=days), FIRST, first=False)
    for days in (-1, 732, 10**6):
        with pytest.raises(Invalid) as raised:
            check_first_day(FIRST + timedelta(days=days), FIRST, first=False)
        assert [fault.pointer for fault in raised.value.faults] == ["/valid_from"]
        assert "01/01/2026" in str(raised.value)


def test_the_first_version_may_have_begun_long_ago_but_not_begin_in_ages() -> None:
    check_first_day(date(2019, 1, 1), FIRST, first=True)
    with pytest.raises(Invalid):
        check_first_day(date(9999, 12, 31), FIRST, first=True)


@given(st.lists(st.integers(0, 1_000), unique=True, max_size=8), st.integers(-10, 1_010))
def test_a_day_is_in_the_last_version_begun(days: list[int], on: int) -> None:
    versions = [Version(FIRST + timedelta(days=day)) for day in days]
    found = effective(versions, FIRST + timedelta(days=on))
    begun = [day for day in days if day <= on]
    assert found == (Version(FIRST + timedelta(days=max(begun))) if begun else None)


def test_a_version_begins_after_all_others() -> None:
    assert next_version([], FIRST) == 1
    assert next_version([Version(FIRST)], FIRST + timedelta(days=1)) == 2
    for day in (FIRST, FIRST - timedelta(days=1)):
        with pytest.raises(PolicyOutOfOrder):
            next_version([Version(FIRST)], day)
