"""Accounts and entries, without a database."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.domain import (
    ADVANCES,
    BANK,
    CONTRIBUTIONS,
    Posting,
    accounts_of,
    moved,
    receivable,
)

MEMBER = receivable(uuid4(), "732829320", "Scène Ouverte")


def test_a_member_account_is_named_by_its_siren() -> None:
    assert (MEMBER.code, MEMBER.name) == ("411732829320", "Membre : Scène Ouverte")


@pytest.mark.parametrize("amount", [0, -1])
def test_a_posting_is_above_zero(amount: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Posting(MEMBER, CONTRIBUTIONS, amount)


def test_a_posting_moves_between_two_accounts() -> None:
    with pytest.raises(ValueError, match="two accounts"):
        Posting(BANK, BANK, 1)


@given(st.integers(-(2**60), 2**60))
def test_a_signed_amount_is_a_posting_one_way_or_the_other(amount: int) -> None:
    postings = moved(MEMBER, CONTRIBUTIONS, amount)
    net = sum(one.amount_cents if one.debit == MEMBER else -one.amount_cents for one in postings)
    assert net == amount
    assert len(postings) == bool(amount)


def test_accounts_are_opened_once_each_in_the_order_of_their_codes() -> None:
    postings = [Posting(BANK, MEMBER, 1), Posting(BANK, ADVANCES, 2)]
    assert accounts_of(postings) == [MEMBER, ADVANCES, BANK]
