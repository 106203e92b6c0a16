"""Anchors: what no match of a search can do without, and as few notices as possible bear.

A search is looked at for a notice that bears one of its anchors, and for no other; so ten thousand
searches cost a notice no more than the few that could want it. An anchor is a letter and a value:
``w`` a lexeme, ``c`` a branch of the CPV, ``d`` a department, ``n`` a NUTS area, ``s`` a SIREN; and
``*`` alone is borne by all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.searches.domain import Criteria, TooCommon

ANYTHING = "*"

Frequency = Callable[[str], float]
"""The share of notices that bear a key; a guess will do, it costs time and no match."""

_GUESSES = {"w": 0.02, "c": 0.02, "d": 0.02, "n": 0.02, "s": 0.0005}


@dataclass(frozen=True, slots=True)
class Stems:
    """The lexemes of a word or phrase: all of the French ones, or all of the English ones."""

    french: tuple[str, ...]
    english: tuple[str, ...]


def guess(key: str) -> float:
    """How many notices bear a key when nothing is known of it: the longer, the fewer."""
    return _GUESSES.get(key[:1], 1.0) / max(len(key) - 1, 1)


def anchors(
    criteria: Criteria, stems: Mapping[str, Stems], frequency: Frequency = guess
) -> tuple[str, ...]:
    """The cheapest of the sets of keys of which each match bears one at least.

    ``stems`` are those of every word and phrase of the criteria. Raises TooCommon when words are
    asked for and none of them is ever looked for.
    """
    sets = [one for one in _sets(criteria, stems, frequency) if one]
    if not sets:
        return (ANYTHING,)
    cheapest = min(sets, key=lambda keys: (sum(map(frequency, keys)), len(keys), sorted(keys)))
    return tuple(sorted(cheapest))


def _sets(
    criteria: Criteria, stems: Mapping[str, Stems], frequency: Frequency
) -> Iterable[set[str]]:
    if groups := criteria.read().any:
        yield _of_words(groups, stems, frequency)
    yield {f"c{branch}" for branch in criteria.cpv}
    if places := criteria.places():
        departments, areas = places
        yield {*(f"d{code}" for code in departments), *(f"n{code}" for code in areas)}
    if criteria.buyers or criteria.sirens:
        # Words of the buyer's name are among the words of the notice.
        named = [_rarest(stems[name].french, frequency) for name in criteria.buyers]
        if None in named:
            raise TooCommon
        yield {*(key for key in named if key), *(f"s{siren}" for siren in criteria.sirens)}
    if any(not stems[name].french for name in criteria.procedures):
        raise TooCommon


def _of_words(
    groups: Sequence[Sequence[str]], stems: Mapping[str, Stems], frequency: Frequency
) -> set[str]:
    """A key of each group, whose words must all be there; see ``app.stems`` for which count."""
    found: set[str] = set()
    for group in groups:
        known = [stems[term] for term in group]
        counted = [one for one in known if one.french and one.english]
        counted = counted or [Stems(one.french, one.french) for one in known if one.french]
        keys = [_of_term(one, frequency) for one in counted]
        if keys:
            found |= min(keys, key=lambda some: (sum(map(frequency, some)), sorted(some)))
    if not found:
        raise TooCommon
    return found


def _of_term(term: Stems, frequency: Frequency) -> set[str]:
    """One lexeme that both languages ask for, or one of each."""
    shared = _rarest([one for one in term.french if one in term.english], frequency)
    each = {_rarest(term.french, frequency), _rarest(term.english, frequency)}
    apart = {key for key in each if key}
    if shared and frequency(shared) <= sum(map(frequency, apart)):
        return {shared}
    return apart


def _rarest(lexemes: Sequence[str], frequency: Frequency) -> str | None:
    keys = [f"w{one}" for one in lexemes]
    return min(keys, key=lambda key: (frequency(key), -len(key), key), default=None)
