"""Passages: where in a text the words that were found stand."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

AROUND = 60
"""Characters shown on each side of a word."""
MAX_PASSAGES = 3

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a passage; ``found`` when it is one of the words."""

    text: str
    found: bool


Passage = tuple[Piece, ...]


def passages(body: str, words: Iterable[str]) -> list[Passage]:
    """The first passages of a text around words as the text spells them; none without a word."""
    plain = _SPACES.sub(" ", body).strip()
    marks = _marks(plain, words)
    found: list[Passage] = []
    while marks and len(found) < MAX_PASSAGES:
        start = max(marks[0][0] - AROUND, 0)
        end = min(marks[0][1] + AROUND, len(plain))
        inside = [mark for mark in marks if mark[1] <= end]
        marks = [mark for mark in marks if mark[1] > end]
        found.append(tuple(_pieces(plain, start, end, inside)))
    return found


def marked(line: str, words: Iterable[str]) -> Passage:
    """A whole line, its words marked."""
    return tuple(_pieces(line, 0, len(line), _marks(line, words)))


def _marks(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return []
    either = "|".join(re.escape(word) for word in wanted)
    return [match.span() for match in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text)]


def _pieces(text: str, start: int, end: int, marks: Sequence[tuple[int, int]]) -> list[Piece]:
    pieces: list[Piece] = []
    at = start
    for first, last in marks:
        pieces += [Piece(text[at:first], found=False), Piece(text[first:last], found=True)]
        at = last
    pieces.append(Piece(text[at:end], found=False))
    return [piece for piece in pieces if piece.text]
