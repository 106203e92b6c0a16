"""Tax to the cent, labels, references, and who may bill."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from app.calls.domain import (
    Billing,
    InvalidBilling,
    Subject,
    Uncalled,
    Vat,
    check_billing,
    label_of,
    reference_of,
    vat_parts,
)
from app.kernel.money import MAX_CENTS, share

CENTS = st.integers(-MAX_CENTS, MAX_CENTS)
ASSOCIATION = Billing("Grappe", "732829320", "Lille", vat_number="FR44732829320")


@given(st.lists(CENTS, min_size=1, max_size=50), st.integers(0, 10_000))
def test_tax_on_lines_sums_to_the_tax_on_the_total_and_each_is_exact_to_a_cent(
    nets: list[int], bps: int
) -> None:
    parts = vat_parts(nets, bps)
    assert sum(parts) == share(sum(nets), bps)
    assert all(
        abs(part * 10_000 - net * bps) < 10_000 for net, part in zip(nets, parts, strict=True)
    )


@given(st.lists(CENTS, min_size=1, max_size=20), st.integers(0, 10_000))
def test_a_credit_note_takes_back_the_tax_of_its_call(nets: list[int], bps: int) -> None:
    assert sum(vat_parts([-one for one in nets], bps)) == -sum(vat_parts(nets, bps))


def test_thirty_lines_of_one_cent_bear_six_cents_of_tax_not_thirty_nor_none() -> None:
    assert vat_parts([1] * 30, 2_000) == [1] * 6 + [0] * 24


def test_a_number_has_four_digits_until_it_needs_more() -> None:
    assert (label_of(2026, 42), label_of(2026, 12_345)) == ("2026-0042", "2026-12345")


@given(st.integers(2000, 9999), st.integers(1, 10**9))
def test_what_a_transfer_names_is_a_creditor_reference(year: int, number: int) -> None:
    assert iso11649.is_valid(reference_of(year, number))


def test_two_calls_have_two_references() -> None:
    found = {reference_of(2026, number) for number in (1, 11, 111, 1_111, 11_111, 111_111)}
    assert len(found) == 6


def uncalled(**changes: object) -> Uncalled:
    """A receipt of a joint answer."""
    usual = Uncalled(
        charge_id=uuid4(),
        amount_cents=150_00,
        bps=1_500,
        nature="joint_answer",
        kind="receipt",
        occurred_on=date(2026, 3, 2),
        invoice=None,
        consortium="Bobine",
        fee_year=None,
        turn=1,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "Contribution de 15 %, réponse commune « Bobine » : encaissement du 2 mars 2026"),
        (
            {"kind": "award", "bps": 1_550},
            "Contribution de 15,50 %, réponse commune « Bobine » : attribution du 2 mars 2026",
        ),
        (
            {"nature": "business", "bps": 300, "invoice": "F1", "amount_cents": -1},
            "Reprise. Contribution de 3 %, affaire entre membres : facture F1 du 2 mars 2026",
        ),
        (
            {"nature": "co_contracting", "bps": 400, "invoice": "F2"},
            "Contribution de 4 %, co-traitance : facture F2 du 2 mars 2026",
        ),
        ({"nature": "fee", "bps": None, "fee_year": 2026}, "Cotisation annuelle 2026"),
        (
            {"nature": "fee", "bps": None, "fee_year": 2026, "amount_cents": -5},
            "Cotisation annuelle 2026, régularisation",
        ),
    ],
)
def test_a_line_says_what_it_is_for(changes: dict[str, object], label: str) -> None:
    said = uncalled(**changes).label()
    assert (
        said.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ") == label
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"siren": "732829321"}, "/siren"),
        ({"vat_number": "FR45732829320"}, "/vat_number"),
        ({"vat_number": None}, "/vat_number"),
        ({"iban": "FR7630006000011234567890188"}, "/iban"),
        ({"bic": "AGRIXXPP0"}, "/bic"),
        ({"contributions_vat": Vat.FRANCHISE, "fees_vat": Vat.STANDARD}, "/fees_vat"),
        ({"contributions_vat": Vat.FRANCHISE, "fees_vat": Vat.EXEMPT}, "/fees_vat"),
        ({"vat_bps": 0}, "/vat_bps"),
    ],
)
def test_what_a_call_could_not_say_is_refused_with_its_field(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidBilling) as refused:
        check_billing(replace(ASSOCIATION, **changes))  # type: ignore[arg-type]
    assert refused.value.faults[0].pointer == field


def test_an_association_without_tax_needs_no_number() -> None:
    check_billing(
        replace(
            ASSOCIATION,
            vat_number=None,
            contributions_vat=Vat.FRANCHISE,
            fees_vat=Vat.OUTSIDE,
            iban="FR7630006000011234567890189",
            bic="AGRIFRPP",
        )
    )


def test_who_bills_is_read_as_it_was_written() -> None:
    assert Billing.read(ASSOCIATION.wire()) == ASSOCIATION
    assert ASSOCIATION.vat_on(Subject.FEES) == Vat.OUTSIDE
