"""Which payment settles which charge, without a database."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.contributions.domain import Item, Match, settle

DAY = date(2026, 3, 1)


def items(*amounts: int, first: int = 0) -> list[Item]:
    """Items of one member, oldest first, nothing settled."""
    return [
        Item(UUID(int=first + number), DAY + timedelta(days=number), amount, 0)
        for number, amount in enumerate(amounts)
    ]


def totals(matches: list[Match]) -> tuple[dict[int, int], dict[int, int]]:
    """Settled by charge and by payment, by the number in their ids."""
    charges: dict[int, int] = {}
    payments: dict[int, int] = {}
    for match in matches:
        charge, payment = match.charge.id.int, match.payment.id.int
        charges[charge] = charges.get(charge, 0) + match.amount_cents
        payments[payment] = payments.get(payment, 0) + match.amount_cents
    return charges, payments


def test_a_payment_settles_the_oldest_charge_first() -> None:
    charges, _ = totals(settle(items(100, 50, 30), items(120, first=10)))
    assert charges == {0: 100, 1: 20}


def test_a_payment_without_charges_stays_an_advance() -> None:
    assert settle([], items(120)) == []


def test_the_rest_of_an_older_payment_is_used_before_a_newer_one() -> None:
    _, payments = totals(settle(items(100), items(60, 60, first=10)))
    assert payments == {10: 60, 11: 40}


def test_a_credit_note_lets_a_payment_reach_the_oldest_charge_first() -> None:
    charges, payments = totals(settle(items(150, -50, 100), items(100, first=10)))
    assert charges == {0: 150, 1: -50}
    assert payments == {10: 100}


def test_a_credit_note_on_a_settled_charge_gives_its_money_back() -> None:
    paid = Item(UUID(int=10), DAY, 150, 150)
    charges, payments = totals(settle(items(-150), [paid]))
    assert (charges, payments) == ({0: -150}, {10: -150})


def test_a_credit_note_waits_while_no_payment_has_been_made() -> None:
    assert settle(items(150, -150), []) == []


@given(
    st.lists(st.tuples(st.integers(1, 1_000), st.integers(0, 1_000)), max_size=6),
    st.lists(st.integers(1, 2_000), max_size=5),
)
def test_nothing_is_settled_twice_and_nothing_is_left_lying(
    charged: list[tuple[int, int]], paid: list[int]
) -> None:
    # A credit note never exceeds the charge that it corrects.
    signed = [one for debt, credit in charged for one in (debt, -min(debt, credit)) if one]
    charges, payments = items(*signed), items(*paid, first=100)
    by_charge, by_payment = totals(settle(charges, payments))
    for charge in charges:
        settled = by_charge.get(charge.id.int, 0)
        assert min(0, charge.amount_cents) <= settled <= max(0, charge.amount_cents)
    for payment in payments:
        assert 0 <= by_payment.get(payment.id.int, 0) <= payment.amount_cents
    open_debts = sum(
        charge.amount_cents - by_charge.get(charge.id.int, 0)
        for charge in charges
        if charge.amount_cents > 0
    )
    rest = sum(paid) - sum(by_payment.values())
    assert open_debts == 0 or rest == 0
    owed = sum(signed)
    assert sum(by_charge.values()) == min(owed, sum(paid))


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=6), st.lists(st.integers(1, 2_000)))
def test_no_charge_is_settled_before_an_older_one(charged: list[int], paid: list[int]) -> None:
    by_charge, _ = totals(settle(items(*charged), items(*paid, first=100)))
    full = [by_charge.get(number, 0) == amount for number, amount in enumerate(charged)]
    touched = [bool(by_charge.get(number)) for number in range(len(charged))]
    for number in range(1, len(charged)):
        assert not touched[number] or full[number - 1]


def test_a_cent_does_not_travel_to_and_fro_until_a_large_credit_note_is_used_up() -> None:
    paid = Item(UUID(int=10), DAY, 1, 1)
    large = Item(UUID(int=0), DAY, 10**12, 1)
    note = Item(UUID(int=1), DAY, -(10**12), 0)
    matches = settle([large, note], [paid])
    assert len(matches) <= 2
    assert totals(matches) == ({0: 10**12 - 1, 1: -(10**12)}, {10: -1})
