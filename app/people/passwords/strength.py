"""What a password must withstand: guessing by someone who knows the person and old leaks.

``zxcvbn`` counts the guesses that an attacker needs, with lists of leaked passwords, names and
words, keyboard walks, dates and repeats; it works offline. Score 3 is 10^8 guesses at least.
"""

import re
import threading
from collections.abc import Iterable
from typing import Any

from zxcvbn import zxcvbn

from app.people.domain import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH

MIN_SCORE = 3
RATED_LENGTH = 32
"""Characters that are rated: time grows with their square, and so many say enough."""
RATED_STAND_INS = 6
"""Kinds of signs that may stand for letters (``4`` for ``a``) and are rated: the library tries
them all together, so that twenty kinds take six seconds, and six 50 ms. Others are left out."""
MAX_KNOWN = 40
"""Words about the person that are held against the password."""

_ADVICE = "Choisissez par exemple quatre mots sans rapport entre eux."
_PATTERNS = {
    "repeat": "Il répète les mêmes signes.",
    "sequence": "Il suit l'ordre des lettres ou des chiffres.",
    "spatial": "Il suit les touches du clavier.",
}
_WORD = re.compile(r"[^\W\d_]{3,}")
_STAND_INS = frozenset("!$%(+0123456789<@[{|")
_turn = threading.Lock()  # the library writes in a global


def weakness(password: str, known: Iterable[str] = ()) -> str | None:
    """Why the password will not do, in French, or None; takes some milliseconds, 50 at most.

    ``known`` is what an attacker knows of the person: name, mail address, cluster.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        return f"Il faut {MIN_PASSWORD_LENGTH} caractères au moins. {_ADVICE}"
    if len(password) > MAX_PASSWORD_LENGTH:
        return f"Il faut {MAX_PASSWORD_LENGTH} caractères au plus."
    words = {word.lower() for text in known for word in _WORD.findall(text)}
    foreign = _without(words, password)
    own = _said_once(foreign)
    parts: list[dict[str, Any]] = []
    if rated := _ratable(own):
        with _turn:
            result = zxcvbn(rated)
        if result["score"] >= MIN_SCORE:
            return None
        parts = result["sequence"]
    reason = _reason(parts, named=foreign != password, repeats=own != foreign)
    return f"{reason} {_ADVICE}"


def _without(words: Iterable[str], password: str) -> str:
    """The password less what anyone knows of the person: what is left must do by itself."""
    longest_first = sorted(words, key=len, reverse=True)[:MAX_KNOWN]
    if not longest_first:
        return password
    return re.sub("|".join(map(re.escape, longest_first)), "", password, flags=re.IGNORECASE)


def _said_once(password: str) -> str:
    """The password less the words that it says again."""
    said: set[str] = set()

    def once(found: re.Match[str]) -> str:
        word = found[0].lower()
        again = word in said
        said.add(word)
        return "" if again else found[0]

    return _WORD.sub(once, password)


def _ratable(password: str) -> str:
    """What of the password is rated: a part of it is never stronger than the whole."""
    kinds = [sign for sign in dict.fromkeys(password) if sign in _STAND_INS]
    left_out = set(kinds[RATED_STAND_INS:])
    return "".join(sign for sign in password if sign not in left_out)[:RATED_LENGTH]


def _reason(parts: list[dict[str, Any]], *, named: bool, repeats: bool) -> str:
    if named:
        return "Il reprend votre nom, votre adresse ou le nom du regroupement."
    if "passwords" in {part.get("dictionary_name") for part in parts}:
        return "Il ressemble à un mot de passe déjà divulgué."
    patterns = {part["pattern"] for part in parts} | ({"repeat"} if repeats else set())
    return next(
        (text for name, text in _PATTERNS.items() if name in patterns), "Il se devine trop vite."
    )
