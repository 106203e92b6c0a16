"""When two notices are of one procedure, and when they only look so."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

PROCEDURE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A procedure's identifier (BT-04): the same in every source. Others are their source's own."""

LEAST_WORDS = 3
"""Words of a title that must be found in the other: fewer say nothing."""

LEAST_SHARE = 0.6
"""Of the longer title's words. Of 29 pairs of the bulletin with one buyer, one day and at least
four words in five in common, those whose titles lie one in the other are one call published twice;
those with a word of their own on each side, one school and another."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Link:
    """Two notices that their sources say are of one procedure, each under its group's key."""

    one: UUID
    two: UUID


def roots(links: Iterable[Link]) -> dict[UUID, UUID]:
    """The key under which each key's group is from now on: the oldest of those linked."""
    parent: dict[UUID, UUID] = {}

    def root(key: UUID) -> UUID:
        while (above := parent.setdefault(key, key)) != key:
            parent[key] = key = parent[above]
        return key

    for link in links:
        first, second = sorted((root(link.one), root(link.two)))
        parent[second] = first
    return {key: root(key) for key in list(parent)}


def alike(one: str, other: str) -> float:
    """How far two titles say the same: the part of the longer's words that the shorter has.

    0 unless the shorter lies in the longer whole: one source cuts titles, another adds its
    reference, but a word of its own on each side names two things. Case, accents, plurals and
    order do not count.
    """
    shorter, longer = sorted((_words(one), _words(other)), key=len)
    if not shorter <= longer or (len(shorter) < LEAST_WORDS and shorter != longer):
        return 0.0
    share = len(shorter) / len(longer) if longer else 0.0
    return share if share >= LEAST_SHARE else 0.0


def is_echo(kind: str, source: str, known: Mapping[tuple[str, str], int]) -> bool:
    """Whether a notice of this kind says again what another source of its procedure said.

    ``known`` counts the notices told so far, by kind and source: the second correction of one
    source echoes the second of another, and a third one is news.
    """
    others = (count for (what, where), count in known.items() if what == kind and where != source)
    return known.get((kind, source), 0) < max(others, default=0)


def _words(title: str) -> set[str]:
    plain = unicodedata.normalize("NFD", title.casefold().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return {word[:-1] if len(word) > LEAST_WORDS else word for word in _plural(bare)}


def _plural(text: str) -> Iterable[str]:
    """The words, each with one sign at its end that goes: its plural's, or none."""
    return (word if word[-1] in "sx" else word + " " for word in _WORD.findall(text))
