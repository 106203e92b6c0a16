"""What is typed into a search, read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.watch.words import MAX_WORDS, Words, read_words

GROUPS = [
    ("maîtrise d’œuvre", (("maîtrise", "d’œuvre"),), ()),
    ('"salle de spectacle" -travaux', (("salle de spectacle",),), ("travaux",)),
    ("« salle de spectacle » théâtre", (("salle de spectacle", "théâtre"),), ()),
    ("cirque or fanfare musique", (("cirque",), ("fanfare", "musique")), ()),
    ("cirque OU fanfare", (("cirque",), ("fanfare",)), ()),
    ('-"feu d’artifice" fête', (("fête",),), ("feu d’artifice",)),
    ("sous-traitance", (("sous-traitance",),), ()),
    ("or cirque or or fanfare or", (("cirque",), ("fanfare",)), ()),
    ('"or"', (("or",),), ()),
    ("--tonte", (), ("tonte",)),
    ('" - ((', (), ()),
    ("", (), ()),
]


@pytest.mark.parametrize(("typed", "any_of", "none"), GROUPS)
def test_words_are_read_as_a_search_engine_does(
    typed: str, any_of: tuple[tuple[str, ...], ...], none: tuple[str, ...]
) -> None:
    assert read_words(typed) == Words(any_of, none)


def test_what_is_excluded_is_excluded_from_every_group() -> None:
    assert read_words("cirque -tonte or fanfare").none == ("tonte",)


def test_words_beyond_the_bound_are_not_read() -> None:
    read = read_words(" ".join(f"mot{number}" for number in range(MAX_WORDS + 5)))
    assert [len(group) for group in read.any] == [MAX_WORDS]


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read(typed: str) -> None:
    read = read_words(typed)
    assert all(term.strip() == term != "" for group in read.any for term in (*group, *read.none))
    assert () not in read.any
