"""Periods, and what a spreadsheet is given."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import Invalid
from app.statements.domain import BEGINNING, euros, head, nature, period, rows

TODAY = date(2026, 3, 2)
CENTS = st.integers(-(2**63), 2**63 - 1)


def line(kind: str, cents: int, reference: str = "x") -> dict[str, Any]:
    """A line as the list gives it."""
    amount = {"amount_cents": cents, "currency": "EUR"}
    day = TODAY.isoformat()
    return {
        "kind": kind,
        "written_on": day,
        "occurred_on": day,
        "reference": reference,
        "amount": amount,
    }


def test_a_statement_is_of_all_days_up_to_today_unless_it_is_asked_otherwise() -> None:
    assert period(None, None, TODAY) == (BEGINNING, TODAY)
    assert period(TODAY, TODAY, TODAY) == (TODAY, TODAY)
    with pytest.raises(Invalid):
        period(TODAY, date(2026, 3, 1), TODAY)


@pytest.mark.parametrize(
    ("kind", "reference", "words"),
    [
        ("charge", "receipt:rec_1", "Contribution sur encaissement"),
        ("charge", "award:awd_1", "Contribution sur attribution"),
        ("charge", "fee:2026:1", "Cotisation annuelle"),
        ("charge", "flow:flo_1", "Contribution sur facture"),
        ("vat", "2026-0001", "TVA d'un appel"),
        ("payment", "fee: mine", "Paiement"),
    ],
)
def test_a_line_says_what_it_is(kind: str, reference: str, words: str) -> None:
    assert nature(kind, reference) == words


@given(CENTS)
def test_an_amount_is_written_with_a_comma_and_nothing_is_lost(cents: int) -> None:
    written = euros(cents)
    assert int(written.replace(",", "")) == cents
    assert written[-3] == ","


@given(st.lists(st.tuples(st.sampled_from(["charge", "vat", "payment"]), CENTS)), CENTS)
def test_each_balance_is_the_one_before_and_its_line(
    moved: list[tuple[str, int]], opening: int
) -> None:
    shown, closing = rows([line(*one) for one in moved], opening)
    assert closing == opening + sum(cents for _, cents in moved)
    balances = [row.rsplit(";", 1)[1] for row in shown.split("\r\n") if row]
    assert [*balances, euros(closing)][-1] == euros(closing)
    assert len(balances) == len(moved)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_computes_nothing_of_what_people_wrote(first: str) -> None:
    shown, _ = rows([line("payment", -1, f"{first}1+1")], 0)
    assert f"'{first}1+1" in shown


def test_the_file_begins_with_what_was_owed() -> None:
    assert head(-12_34).endswith("Solde à l'ouverture;;;;-12,34\r\n")
