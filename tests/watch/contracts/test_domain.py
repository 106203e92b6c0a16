"""When a contract ends, and when its renewal is likely to be called for."""

from datetime import date

import pytest

from app.kernel.money import Money
from app.watch.contracts.domain import (
    Amendment,
    Contract,
    Holder,
    Lead,
    call_window,
    end_of,
    lead_of,
    term,
)

MAY = date(2024, 5, 15)


def contract(**fields: object) -> Contract:
    given = {"started_on": MAY, "months": 12, "published_on": MAY, **fields}
    return Contract(source_id="1", title="Nettoyage", buyer_siret=None, **given)  # type: ignore[arg-type]


def test_a_modification_states_the_new_whole_term() -> None:
    longer = Amendment(signed_on=date(2025, 1, 10), months=18)
    assert end_of(contract(amendments=(longer,))) == date(2025, 11, 15)
    silent = Amendment(signed_on=date(2025, 2, 10), amount=Money(1))
    assert term(contract(amendments=(longer, silent))) == 18


def test_a_term_that_ended_before_its_own_modification_is_months_added() -> None:
    added = Amendment(signed_on=date(2025, 3, 1), months=6)
    assert term(contract(amendments=(added,))) == 18
    shortened = Amendment(signed_on=date(2024, 9, 1), months=6)
    assert term(contract(amendments=(shortened,))) == 6
    undated = Amendment(signed_on=None, months=6)
    assert term(contract(amendments=(undated,))) == 6


@pytest.mark.parametrize(
    ("fields", "months"),
    [
        ({"months": None}, None),
        ({"months": 0}, None),
        ({"months": -3}, None),
        ({"months": 600}, 600),
        ({"months": 601}, None),
        ({"months": 9_999, "framework": True}, 48),
        ({"months": 97, "framework": True}, 48),
        ({"months": 96, "framework": True}, 96),
        ({"months": 1_200, "concession": True}, 1_200),
        ({"months": 1_201, "concession": True}, None),
        ({"months": 1_200, "concession": True, "framework": True}, 1_200),
        ({"started_on": date(9999, 12, 1)}, None),
        ({"started_on": date(1, 1, 1)}, None),
    ],
)
def test_absurd_terms_are_bounded_or_unknown(fields: dict[str, object], months: int | None) -> None:
    assert term(contract(**fields)) == months
    assert (end_of(contract(**fields)) is None) == (months is None)


def test_an_absurd_modification_leaves_the_term_as_it_was() -> None:
    assert term(contract(amendments=(Amendment(None, months=9_999),))) == 12
    assert term(contract(months=0, amendments=(Amendment(None, months=24),))) == 24


@pytest.mark.parametrize(
    ("procedure", "lead"),
    [
        ("Procédure adaptée", Lead.ADAPTED),
        ("Appel d'offres ouvert", Lead.OPEN),
        ("Procédure ouverte", Lead.OPEN),
        ("open", Lead.OPEN),
        ("Appel d'offres restreint", Lead.TWO_ROUNDS),
        ("restricted", Lead.TWO_ROUNDS),
        ("Procédure avec négociation", Lead.TWO_ROUNDS),
        ("neg-w-call", Lead.TWO_ROUNDS),
        ("Dialogue compétitif", Lead.TWO_ROUNDS),
        ("Marché passé sans publicité ni mise en concurrence préalable", Lead.UNKNOWN),
        ("Marché négocié sans publicité", Lead.UNKNOWN),
        ("neg-wo-call", Lead.UNKNOWN),
        (None, Lead.UNKNOWN),
    ],
)
def test_the_way_a_contract_was_let_tells_how_early_the_next_call_comes(
    procedure: str | None, lead: Lead
) -> None:
    assert lead_of(contract(procedure=procedure)) is lead
    assert lead_of(contract(procedure=procedure, concession=True)) is Lead.CONCESSION


def test_a_call_is_likely_in_a_window_before_the_end() -> None:
    adapted = contract(months=48, procedure="Procédure adaptée")
    assert call_window(adapted) == (date(2027, 11, 15), date(2028, 2, 15))
    granted = contract(months=48, concession=True)
    assert call_window(granted) == (date(2026, 5, 15), date(2027, 8, 15))
    assert call_window(contract(months=None)) is None


@pytest.mark.parametrize("lead", Lead)
def test_a_window_opens_before_it_closes_and_both_before_the_end(lead: Lead) -> None:
    earliest, latest = lead.value
    assert earliest > latest > 0


def test_works_done_once_call_for_no_renewal() -> None:
    works = ("45000000",)
    assert call_window(contract(cpv=works)) is None
    assert end_of(contract(cpv=works)) == date(2025, 5, 15)
    assert call_window(contract(cpv=works, framework=True)) is not None
    assert call_window(contract(cpv=works, concession=True)) is not None
    assert call_window(contract(cpv=("90911200", "45000000"))) is not None


def test_amount_and_holders_are_those_of_the_last_change_that_states_them() -> None:
    one, other = Holder("1"), Holder("2")
    changed = contract(
        amount=Money(100),
        holders=(one,),
        amendments=(
            Amendment(None, amount=Money(200), holders=(other,)),
            Amendment(None, months=12),
        ),
    )
    assert (changed.amount_now, changed.holders_now) == (Money(200), (other,))
    assert contract(amount=Money(100), holders=(one,)).amount_now == Money(100)
