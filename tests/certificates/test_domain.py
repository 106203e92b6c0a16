"""Rules of certificates that need no database."""

from datetime import date

import pytest

from app.certificates.domain import (
    Audience,
    Kind,
    Standing,
    Statement,
    standing,
)
from app.kernel.errors import Invalid

TODAY = date(2026, 3, 2)


def said(kind: Kind = Kind.TAX, **more: object) -> Statement:
    """A statement of 1 January 2026."""
    values: dict[str, object] = {
        **{"title": None, "issuer": None, "number": None},
        **{"valid_from": date(2026, 1, 1), "valid_until": None},
        **{"audience": Audience.PARTNERS},
        **more,
    }
    return Statement(kind, **values)  # type: ignore[arg-type]


def test_an_attestation_of_urssaf_holds_six_months_unless_it_says_otherwise() -> None:
    """D8222-5 of the Code du travail."""
    assert said(Kind.SOCIAL).end() == date(2026, 7, 1)
    assert said(Kind.SOCIAL, valid_until=date(2026, 3, 31)).end() == date(2026, 3, 31)
    assert said(Kind.TAX).end() is None


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2025, 12, 31), Standing.NOT_YET),
        (date(2026, 1, 1), Standing.VALID),
        (date(2026, 6, 30), Standing.VALID),
        (date(2026, 7, 1), Standing.EXPIRED),
    ],
)
def test_both_days_of_a_validity_are_included(day: date, found: Standing) -> None:
    assert standing(date(2026, 1, 1), date(2026, 6, 30), day) is found


def test_what_has_no_end_holds_for_ever() -> None:
    assert standing(date(2026, 1, 1), None, date(2090, 1, 1)) is Standing.VALID


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"kind": Kind.OTHER}, "/title"),
        ({"kind": Kind.QUALIFICATION}, "/title"),
        ({"valid_until": date(2025, 12, 31)}, "/valid_until"),
        ({"valid_from": date(2026, 3, 4)}, "/valid_from"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(wrong: dict[str, object], pointer: str) -> None:
    with pytest.raises(Invalid) as told:
        said(**wrong).check(TODAY)  # type: ignore[arg-type]
    assert [fault.pointer for fault in told.value.faults] == [pointer]


def test_a_day_that_has_begun_overseas_has_begun() -> None:
    said(valid_from=date(2026, 3, 3)).check(TODAY)


def test_a_titled_qualification_of_one_day_is_taken() -> None:
    said(Kind.QUALIFICATION, title="Qualibat 2112", valid_until=date(2026, 1, 1)).check(TODAY)
