"""French words and figures."""

import unicodedata
from datetime import datetime

import pytest

from app.forms.words import euros, instant, percents, plain, siren, siret
from app.kernel import words

NARROW, HARD = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (0, "0,00 €"),
        (5, "0,05 €"),
        (123_456, "1.234,56 €"),
        (10**15, "10.000.000.000.000,00 €"),
        (-123_400, "−1.234,00 €"),
        (None, "–"),
    ],
)
def test_amounts_are_exact_to_the_cent(cents: int | None, said: str) -> None:
    assert euros(cents) == said.replace(".", NARROW).replace(" ", HARD)


@pytest.mark.parametrize(
    ("cents", "bps", "said"),
    [
        ([1, 1, 1], [], ["33,34 %", "33,33 %", "33,33 %"]),
        ([600_000, 400_000], [5_000, 5_000], ["60,00 %", "40,00 %"]),
        ([None, None], [7_000, 3_000], ["70,00 %", "30,00 %"]),
        ([None], [], ["–"]),
        ([0, 5], [], ["0,00 %", "100,00 %"]),
        ([5, None], [], ["–", "–"]),
    ],
)
def test_percentages_derive_from_the_euros_and_make_a_whole(
    cents: list[int | None], bps: list[int | None], said: list[str]
) -> None:
    assert percents(cents, bps) == [one.replace(" ", HARD) for one in said]


def test_days_and_instants_are_french() -> None:
    assert words.day(datetime(2026, 3, 1)) == "1er mars 2026"  # noqa: DTZ001
    assert instant(datetime(2026, 8, 20, 9, 5)) == f"20 août 2026 à 9{HARD}h{HARD}05"  # noqa: DTZ001


def test_numbers_of_companies_are_in_groups() -> None:
    assert siren("732829320") == "732 829 320".replace(" ", HARD)
    assert siret("73282932000074") == "732 829 320 00074".replace(" ", HARD)
    assert (siren(None), siret(None)) == (None, None)


@pytest.mark.parametrize(
    ("given", "paper"),
    [
        ("abc\u202edef\u202c", "abcdef"),
        ("\u2066a\u2069\u200b\ufeff", "a"),
        ("a\x00b\tc", "a b c"),
        ("ligne\r\nligne\u2028ligne", "ligne\nligne\nligne"),
        ("e\u0301té", "été"),
        ("\ue000\ud800", "\ufffd\ufffd"),
        ("art. R. 2142-20", "art. R.\u00a02142-20"),
        ("a" * 30, "a" * 24 + "\u200b" + "a" * 6),
        ("l'eau d'ici 'cité'", "l’eau d’ici 'cité'"),
    ],
)
def test_what_shows_nothing_does_not_reach_the_paper(given: str, paper: str) -> None:
    assert plain(given) == paper


def test_no_sign_that_shows_nothing_or_turns_the_order_slips_by() -> None:
    for code in range(0xA0, 0x3000):
        sign = chr(code)
        if unicodedata.category(sign) in {"Cf", "Cc", "Co", "Cn", "Zl", "Zp"}:
            assert sign not in plain(f"a{sign}b"), hex(code)
