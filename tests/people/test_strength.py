"""What a password must withstand, and how long it takes to say so."""

import time

import pytest

from app.people.passwords.strength import RATED_STAND_INS, weakness

KNOWN = ("camille.durand@forez-culture.example", "Camille Durand", "Forez Culture")


@pytest.mark.parametrize(
    "password",
    ["quatre mots sans rapport", "éléphant tartine vélo", "xK9#vQ2$Lm!7pR4@", "cheval-lampe-orage"],
)
def test_what_resists_is_taken(password: str) -> None:
    assert weakness(password, KNOWN) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("court", "12 caractères au moins"),
        ("x" * 201, "200 caractères au plus"),
        ("motdepasse1234", "divulgué"),
        ("azertyuiop12", "divulgué"),
        ("camille.durand.1", "votre nom"),
        ("CAMILLEcamille", "votre nom"),
        ("ForezCulture2026", "votre nom"),
        ("abcdefghijklmn", "l'ordre des lettres"),
        ("1" * 200, "répète"),
        ("soleil soleil soleil", "divulgué"),
        (" " * 14, ""),
    ],
)
def test_what_is_guessed_is_refused_with_the_reason(password: str, reason: str) -> None:
    told = weakness(password, KNOWN)
    assert told is not None
    assert reason in told
    assert password not in told


@pytest.mark.parametrize("password", ["@4({[<369&!1|0$5+7%2x" * 9, "!$%(+0123456789<@[{|" * 10])
def test_no_password_takes_long_to_rate(password: str) -> None:
    """Twenty kinds of signs that stand for letters took six seconds."""
    assert len(set(password)) > RATED_STAND_INS
    started = time.perf_counter()
    weakness(password[:200])
    assert time.perf_counter() - started < 1
