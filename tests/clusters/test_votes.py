"""The rule that admits, in exact integers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clusters.domain import Kind, Rule, State, Tally, Verdict, WrongStanding, check_move

bps = st.integers(0, 10_000)
majorities = st.integers(5_000, 10_000)
counts = st.integers(0, 60)


@given(bps, majorities, counts, counts, counts, counts)
def test_the_verdict_is_that_of_exact_fractions(
    quorum: int, majority: int, yes: int, no: int, blank: int, absent: int
) -> None:
    tally = Tally(yes, no, blank, yes + no + blank + absent)
    share = Fraction(yes, yes + no) if yes + no else Fraction(0)
    turnout = Fraction(yes + no + blank, tally.electorate) if tally.electorate else Fraction(1)
    admitted = (
        yes > no and share >= Fraction(majority, 10_000) and turnout >= Fraction(quorum, 10_000)
    )
    assert (Rule(quorum, majority).decide(tally) == Verdict.ADMITTED) == admitted


@given(bps, majorities, counts, counts, counts)
def test_a_tie_refuses_whatever_the_rule(
    quorum: int, majority: int, each: int, blank: int, absent: int
) -> None:
    tally = Tally(each, each, blank, 2 * each + blank + absent)
    assert Rule(quorum, majority).decide(tally) == Verdict.REFUSED


@given(bps, majorities, counts, counts, counts, counts)
def test_one_more_voice_for_never_turns_an_admission_into_a_refusal(
    quorum: int, majority: int, yes: int, no: int, blank: int, absent: int
) -> None:
    rule = Rule(quorum, majority)
    before = rule.decide(Tally(yes, no, blank, yes + no + blank + absent + 1))
    after = rule.decide(Tally(yes + 1, no, blank, yes + no + blank + absent + 1))
    assert before == Verdict.REFUSED or after == Verdict.ADMITTED


@pytest.mark.parametrize(
    ("quorum", "majority", "tally", "verdict"),
    [
        (5_000, 5_000, Tally(1, 0, 1, 4), Verdict.ADMITTED),  # abstentions make the quorum
        (5_000, 5_000, Tally(1, 0, 0, 3), Verdict.REFUSED),  # a third is not a half
        (5_001, 5_000, Tally(2, 0, 0, 4), Verdict.REFUSED),  # by one basis point
        (0, 6_666, Tally(2, 1, 0, 3), Verdict.ADMITTED),
        (0, 6_667, Tally(2, 1, 0, 3), Verdict.REFUSED),
        (0, 10_000, Tally(3, 0, 9, 12), Verdict.ADMITTED),
        (0, 10_000, Tally(99, 1, 0, 100), Verdict.REFUSED),
        (0, 5_000, Tally(0, 0, 5, 5), Verdict.REFUSED),
        (0, 5_000, Tally(0, 0, 0, 0), Verdict.REFUSED),
    ],
)
def test_the_rule_at_its_edges(quorum: int, majority: int, tally: Tally, verdict: Verdict) -> None:
    assert Rule(quorum, majority).decide(tally) == verdict


def test_a_merged_company_goes_nowhere_and_one_that_left_only_comes_back() -> None:
    allowed = set()
    for state in State:
        for kind in Kind:
            try:
                check_move(state, kind)
            except WrongStanding:
                continue
            allowed.add((state, kind))
    assert allowed == {
        (State.LEFT, Kind.ADMITTED),
        (State.ACTIVE, Kind.SUSPENDED),
        (State.SUSPENDED, Kind.REINSTATED),
        (State.ACTIVE, Kind.LEFT),
        (State.SUSPENDED, Kind.LEFT),
        (State.ACTIVE, Kind.MERGED),
        (State.SUSPENDED, Kind.MERGED),
    }
