"""Tranches, work items, the lead's fee and common expenses, without a database."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.consortia import domain
from app.consortia.domain import (
    CommonExpenses,
    ExactLot,
    Item,
    Line,
    LotSplit,
    exact_lot,
    exact_parts,
    exact_split,
    fee_in,
)
from app.kernel.money import BPS_WHOLE, MAX_CENTS

LEAD, A, B = PARTIES = tuple(UUID(int=number) for number in (1, 2, 3))
LOT = UUID(int=9)
THIRDS = (Line(LEAD, bps=3_334), Line(A, bps=3_333), Line(B, bps=3_333))
HALVES = (Line(A, bps=5_000), Line(B, bps=5_000))


def item(amount: int | None = 100, tranche: int | None = None, label: str | None = "Pose") -> Item:
    """A piece of a lot that two parties share."""
    return Item(tranche, label, amount, HALVES)


def priced(amount: int | None = 1_000, lines: tuple[Line, ...] = THIRDS, **terms: Any) -> LotSplit:
    """A lot shared as a whole."""
    return LotSplit(LOT, amount, lines, **terms)


def in_items(*items: Item, amount: int | None = None) -> LotSplit:
    """A lot shared item by item."""
    return LotSplit(LOT, amount, items=items)


def refusal(lot: LotSplit) -> tuple[str, str]:
    """The pointer and the code of the fault that a lot is refused for."""
    with pytest.raises(domain.SplitNotExact) as caught:
        exact_lot(lot, "/lots/0", LEAD)
    (fault,) = caught.value.faults
    assert fault.message == caught.value.detail
    return fault.pointer, fault.code


def test_a_lot_is_the_sum_of_its_tranches_and_items() -> None:
    lot = in_items(
        item(10_001, 0, "Étude"), item(99, 0, "Pose"), item(5_000, 1, None), amount=15_100
    )
    exact = exact_lot(lot, "", LEAD)
    assert exact.amount_cents == 15_100
    assert exact.lines == [[5_001, 5_000], [50, 49], [2_500, 2_500]]
    assert [(one.party_id, one.amount_cents) for one in exact.parts] == [(A, 7_551), (B, 7_549)]
    assert exact_lot(in_items(*lot.items), "", LEAD) == ExactLot(
        in_items(*lot.items), 15_100, exact.lines, exact.parts
    )


@pytest.mark.parametrize(
    ("tranches", "lawful"),
    [
        ((0, 1), True),
        ((0, 1, 7), True),
        ((None, None), True),
        ((0, 0), False),
        ((1, 2), False),
        ((0, 1, None), False),
    ],
)
def test_r2113_4_a_contract_with_tranches_has_a_firm_one_and_an_optional_one(
    tranches: tuple[int | None, ...], *, lawful: bool
) -> None:
    lot = in_items(*(item(100, one, f"Poste {n}") for n, one in enumerate(tranches)))
    if lawful:
        assert exact_lot(lot, "", LEAD).amount_cents == 100 * len(tranches)
        return
    with pytest.raises(domain.SplitNotExact, match="R2113-4") as caught:
        exact_lot(lot, "/lots/0", LEAD)
    assert caught.value.faults[0].code == "tranches_incomplete"


@pytest.mark.parametrize(
    ("lot", "where", "code"),
    [
        (priced(lines=()), "", "lines_or_items"),
        (LotSplit(LOT, 100, HALVES, (item(),)), "", "lines_or_items"),
        (in_items(item(), item(50, None, None)), "/items/1", "item_unnamed"),
        (in_items(item(), item(50, None, "POSE")), "/items/1", "item_twice"),
        (in_items(item(), item(None, None, "Étude")), "", "amounts_of_some"),
        (in_items(item(None), amount=100), "", "amounts_of_some"),
        (in_items(item(100), amount=101), "", "items_not_whole"),
        (in_items(item(MAX_CENTS), item(1, None, "Étude")), "", "amount_too_large"),
        (in_items(Item(None, "Pose", 9, HALVES[:1])), "/items/0", "shares_not_whole"),
        (priced(lines=(*THIRDS, Line(A, fixed_cents=1))), "", "party_twice"),
        (priced(lines=(*HALVES, Line(A, fixed_cents=1, mandate=True))), "", "mandate_of_another"),
        (
            priced(lines=(*HALVES, Line(LEAD, fixed_cents=1, mandate=True)), fee_bps=100),
            "/lead_fee",
            "fee_twice",
        ),
        (
            priced(None, expenses=CommonExpenses(A, amount_cents=5)),
            "/common_expenses",
            "fixed_without_amount",
        ),
        (priced(fee_bps=4_000, expenses=CommonExpenses(A, bps=1_001)), "", "handed_on_too_much"),
        (priced(expenses=CommonExpenses(A, amount_cents=501)), "", "handed_on_too_much"),
    ],
)
def test_what_makes_no_whole_is_refused_where_it_stands(
    lot: LotSplit, where: str, code: str
) -> None:
    assert refusal(lot) == (f"/lots/0{where}", code)


def test_a_refusal_says_what_is_missing_or_too_much() -> None:
    for lot, told in (
        (priced(lines=(Line(A, bps=9_999),)), r"99,99 % ;.* il manque 0,01 %\."),
        (priced(lines=(*HALVES, Line(LEAD, bps=1))), r"100,01 % ;.* il y a 0,01 % de trop\."),
        (priced(1_234_500, (Line(A, fixed_cents=1_234_501),)), r"12.345,01 €.* 0,01 € de trop\."),
        (in_items(item(99), amount=100), r"0,99 €, et le lot 1,00 € : il manque 0,01 €\."),
    ):
        with pytest.raises(domain.SplitNotExact, match=told):
            exact_lot(lot, "", LEAD)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = priced(lines=HALVES[:1])
    with pytest.raises(domain.SplitNotExact) as caught:
        exact_split([wrong, priced(), wrong], LEAD)
    assert [fault.pointer for fault in caught.value.faults] == ["/lots/0", "/lots/2"]


def test_a_split_has_so_many_lines_and_no_more() -> None:
    pieces = tuple(item(100, None, f"Poste {n}") for n in range(100))
    exact_split([in_items(*pieces)] * 20, LEAD)
    with pytest.raises(domain.SplitNotExact, match="4000 lignes au plus"):
        exact_split([*[in_items(*pieces)] * 20, priced()], LEAD)


def test_the_leads_fee_is_handed_on_by_the_others_and_changes_no_part() -> None:
    bare, exact = (exact_lot(priced(100_000, fee_bps=bps), "", LEAD) for bps in (None, 500))
    assert bare.lines == exact.lines
    assert [one.fee_cents for one in bare.parts] == [0, 0, 0]
    assert [(one.amount_cents, one.fee_cents) for one in exact.parts] == [
        (33_340, 0),
        (33_330, 1_667),
        (33_330, 1_667),
    ]


def test_the_lead_may_have_a_task_of_its_own_instead_beside_its_work() -> None:
    lines = (*THIRDS, Line(LEAD, fixed_cents=1_000, tasks="Mandat", mandate=True))
    exact = exact_lot(priced(31_000, lines), "", LEAD)
    lead = exact.parts[0]
    assert (lead.amount_cents, lead.mandate_cents, lead.fee_cents) == (11_002, 1_000, 0)
    assert sum(one.amount_cents or 0 for one in exact.parts) == 31_000


def test_common_expenses_are_borne_by_all_in_proportion_to_their_parts() -> None:
    fixed = exact_lot(priced(30_000, expenses=CommonExpenses(A, amount_cents=100)), "", LEAD)
    assert [one.expenses_cents for one in fixed.parts] == [34, 33, 33]
    shares = exact_lot(priced(30_000, expenses=CommonExpenses(A, bps=150)), "", LEAD)
    assert [one.expenses_cents for one in shares.parts] == [150, 150, 150]


def test_a_framework_keeps_its_terms_and_shows_no_euro() -> None:
    exact = exact_lot(priced(None, fee_bps=300, expenses=CommonExpenses(A, bps=100)), "", LEAD)
    assert {one.amount_cents for one in exact.parts} == {None}
    assert {one.fee_cents for one in exact.parts} == {None}


AMOUNTS = st.integers(1, MAX_CENTS // 100) | st.integers(1, 50)


@st.composite
def shares(draw: st.DrawFn, amount: int, *, mandate: bool) -> tuple[Line, ...]:
    """Lines that make a whole: fixed amounts, and percentages of what they leave."""
    parties = draw(st.permutations(PARTIES))[: draw(st.integers(1, 3))]
    fixed = draw(st.integers(0, len(parties) - 1))
    lines, left = [], amount
    for party in parties[:fixed]:
        if left > 1:
            cents = draw(st.integers(1, left - 1))
            lines.append(Line(party, fixed_cents=cents))
            left -= cents
    if mandate and left > 1:
        cents = draw(st.integers(1, left - 1))
        lines.append(Line(LEAD, fixed_cents=cents, mandate=True))
    rest = parties[fixed:]
    cuts = sorted(draw(st.sets(st.integers(1, BPS_WHOLE - 1), min_size=len(rest) - 1,
                               max_size=len(rest) - 1)))  # fmt: skip
    edges = [0, *cuts, BPS_WHOLE]
    lines += [
        Line(party, bps=high - low)
        for party, low, high in zip(rest, edges, edges[1:], strict=False)
    ]
    return tuple(draw(st.permutations(lines)))


@st.composite
def lots(draw: st.DrawFn) -> LotSplit:
    """Lots that are whole, with every kind of line, item and term."""
    fee = draw(st.none() | st.integers(1, 5_000))
    kinds = draw(st.sampled_from([(None,), (None,) * 3, (0, 1), (0, 0, 1, 2)]))
    amounts = [draw(AMOUNTS) for _ in kinds]
    room = 5_000 - (fee or 0)
    expenses = None
    if room and draw(st.booleans()):
        expenses = CommonExpenses(draw(st.sampled_from(PARTIES)), bps=draw(st.integers(1, room)))
    elif most := room * sum(amounts) // BPS_WHOLE:
        cents = draw(st.integers(1, most))
        expenses = CommonExpenses(draw(st.sampled_from(PARTIES)), amount_cents=cents)
    pieces = [draw(shares(amount, mandate=fee is None)) for amount in amounts]
    if len(pieces) == 1:
        return LotSplit(LOT, amounts[0], pieces[0], (), fee, expenses)
    items = tuple(
        Item(tranche, f"Poste {n}", amount, lines)
        for n, (tranche, amount, lines) in enumerate(zip(kinds, amounts, pieces, strict=True))
    )
    return LotSplit(LOT, draw(st.sampled_from([None, sum(amounts)])), (), items, fee, expenses)


@given(lots())
def test_every_cell_sums_to_the_cent_and_nothing_is_below_zero(lot: LotSplit) -> None:
    exact = exact_lot(lot, "", LEAD)
    for (piece, _), cents in zip(lot.pieces(""), exact.lines, strict=True):
        known = [one for one in cents if one is not None]
        assert sum(known) == piece.amount_cents
        assert min(known) >= 0
    assert sum(one.amount_cents or 0 for one in exact.parts) == exact.amount_cents
    for part in exact.parts:
        kept = (part.amount_cents or 0) - (part.fee_cents or 0) - (part.expenses_cents or 0)
        assert kept >= 0
        assert 0 <= (part.mandate_cents or 0) <= (part.amount_cents or 0)
    if lot.expenses is not None and lot.expenses.amount_cents is not None:
        assert sum(one.expenses_cents or 0 for one in exact.parts) == lot.expenses.amount_cents


@given(st.data())
def test_the_order_of_lines_decides_between_equal_remainders_and_nothing_else(
    data: st.DataObject,
) -> None:
    amount = data.draw(AMOUNTS)
    lines = data.draw(shares(amount, mandate=True))
    turned = tuple(data.draw(st.permutations(lines)))
    first, second = (
        dict(zip(some, exact_parts(priced(amount, some), ""), strict=True))
        for some in (lines, turned)
    )
    left = amount - sum(line.fixed_cents or 0 for line in lines)
    remainders = Counter(left * line.bps % BPS_WHOLE for line in lines if line.bps)
    for line in lines:
        one, other = first[line] or 0, second[line] or 0
        assert abs(one - other) <= 1
        if line.bps is None or remainders[left * line.bps % BPS_WHOLE] == 1:
            assert one == other


@given(
    st.integers(1, MAX_CENTS).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))),
    st.lists(st.integers(1, MAX_CENTS), min_size=1, max_size=5),
)
def test_the_fee_in_receipts_stays_within_half_a_cent_of_its_share_of_each(
    part: tuple[int, int], receipts: list[int]
) -> None:
    amount, mandate = part
    for received in receipts:
        fee = fee_in(received, amount, mandate)
        assert 0 <= fee <= received
        assert 2 * abs(fee * amount - received * mandate) <= amount
        assert fee_in(-received, amount, mandate) == -fee
    assert fee_in(amount, amount, mandate) == mandate
