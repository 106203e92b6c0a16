"""What old encodings leave in a title, and what is put back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.watch.sources.text import clean, clean_cut, clean_lines, unescape


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("destination d\x92activités \x96 phase 2", "destination d’activités – phase 2"),
        ("mettre en \x9cuvre", "mettre en œuvre"),
        ("MAÎTRISE D'&#140;UVRE", "MAÎTRISE D'ŒUVRE"),
        ("définition d&#700;une stratégie", "définition d’une stratégie"),
        ("eau &amp;amp; gaz", "eau & gaz"),
        ("sa nappe dâeuro\x99accompagnement", "sa nappe d’accompagnement"),
        ("vocation à l?expérimentation", "vocation à l’expérimentation"),
        ("D?UN CIMETIÈRE, QU?ÎLE", "D’UN CIMETIÈRE, QU’ÎLE"),
        ("désignation d¿un jury", "désignation d’un jury"),
        ("maîtrise d'?uvre et d?œuvre", "maîtrise d'œuvre et d’œuvre"),
        ("MAÎTRISE D??UVRE", "MAÎTRISE D’ŒUVRE"),
        ("le c?ur, les v?ux, un n?ud", "le cœur, les vœux, un nœud"),
        ("un\x00 titre\u202e renversé\u200b", "un titre renversé"),
        ("une moitié \ud83d de signe", "une moitié de signe"),
        ("trop \xa0 de\n\tblancs ", "trop de blancs"),
    ],
)
def test_what_an_encoding_lost_is_put_back(written: str, meant: str) -> None:
    assert clean(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "Quelle ville d'ici 2040 ?",
        "Massif du Vercors ? Visite",
        "https://exemple.fr/?page=Entreprise&id=3",
        "https://exemple.fr/c?id=3",
        "climat +2°? Homme",
        "Recherche & développement, R&D, AT&T",
        "R&region",
    ],
)
def test_a_question_or_an_address_stays_as_it_is(written: str) -> None:
    assert clean(written) == written


def test_half_an_entity_at_the_end_of_a_cut_text_becomes_an_ellipsis() -> None:
    assert clean_cut("la création de réseaux d&apo") == "la création de réseaux d…"
    assert clean_cut("véhicules 'décarbonée&quot") == "véhicules 'décarbonée…"
    assert clean_cut("Questions Q&A") == "Questions Q&A"


def test_lines_of_a_description_are_kept() -> None:
    assert clean_lines("un\r\n  deux \n\n\n\ntrois\u2028quatre") == "un\ndeux\n\ntrois\nquatre"


def test_an_entity_without_its_semicolon_is_left_alone() -> None:
    assert unescape("a&copyright=b&amp;c=d") == "a&copyright=b&c=d"


@given(st.text(st.characters(codec=None), max_size=200))
def test_a_cleaned_text_can_be_stored_and_cleaning_it_again_changes_nothing(written: str) -> None:
    cleaned = clean(written)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert cleaned == " ".join(cleaned.split())
