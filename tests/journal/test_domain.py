"""The chain as arithmetic: whatever is touched, the walk says so."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.journal.domain import GENESIS, BadSeal, NotedSeal, Seal, Walk, day_seal, digest, link

LINES = st.lists(st.tuples(st.sampled_from(["entry", "opening"]), st.text()), max_size=30)
DAY = date(2026, 3, 1)


def chain(lines: list[tuple[str, str]]) -> list[Seal]:
    """A chain as the database would write it."""
    seals: list[Seal] = []
    before = GENESIS
    for number, (kind, line) in enumerate(lines, start=1):
        content = digest(kind, line)
        before = link(before, content)
        seals.append(Seal(number, kind, UUID(int=number), content, before, line))
    return seals


def faults(
    seals: list[Seal], head: tuple[int, bytes] | None, noted: str | None = None
) -> list[str]:
    """All that a walk says."""
    walk = Walk(NotedSeal.read(noted) if noted else None)
    said = [fault for seal in seals for fault in walk.step(seal)]
    return [*said, *walk.close(head)]


def end(seals: list[Seal]) -> tuple[int, bytes] | None:
    """The head that belongs to a chain."""
    return (seals[-1].seq, seals[-1].hash) if seals else None


@given(LINES)
def test_an_untouched_chain_holds(lines: list[tuple[str, str]]) -> None:
    seals = chain(lines)
    assert faults(seals, end(seals)) == []
    for seal in seals:
        assert faults(seals, end(seals), f"{seal.seq}:{seal.hash.hex()}") == []
        assert faults(seals, end(seals), f"{DAY}:{day_seal(seal.hash, DAY)}") == []


@given(LINES.filter(bool), st.data())
def test_whatever_is_touched_is_said_and_the_place_is_named(
    lines: list[tuple[str, str]], data: st.DataObject
) -> None:
    seals = chain(lines)
    head = end(seals)
    index = data.draw(st.integers(0, len(seals) - 1))
    seal = seals[index]
    flipped = bytes([seal.hash[0] ^ 1]) + seal.hash[1:]
    other = "opening" if seal.kind == "entry" else "entry"
    match data.draw(st.sampled_from(["line", "gone", "kind", "hash", "digest", "cut", "out"])):
        case "line":
            seals[index] = replace(seal, line=f"{seal.line}.")
        case "gone":
            seals[index] = replace(seal, line=None)
        case "kind":
            seals[index] = replace(seal, kind=other)
        case "hash":
            seals[index] = replace(seal, hash=flipped)
        case "digest":
            seals[index] = replace(seal, digest=flipped)
        case "cut":
            del seals[index:]
        case "out":
            del seals[index]
    said = faults(seals, head)
    assert said
    assert any(f"n° {seal.seq}" in one or f"n° {head and head[0]}" in one for one in said)


@given(LINES.filter(lambda lines: len(set(lines)) > 1), st.data())
def test_another_order_is_another_chain(lines: list[tuple[str, str]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(lines).filter(lambda other: other != lines))
    assert end(chain(lines)) != end(chain(shuffled))
    # The head and all seals noted before: one that does not belong is found.
    kept = end(chain(lines))
    assert kept is not None
    forged = chain(shuffled)
    assert faults(forged, end(forged), f"{kept[0]}:{kept[1].hex()}") != []


@given(LINES)
def test_the_seal_of_a_day_is_another_one_the_next_day(lines: list[tuple[str, str]]) -> None:
    _, last = end(chain(lines)) or (0, GENESIS)
    assert day_seal(last, DAY) != day_seal(last, DAY + timedelta(days=1))


@pytest.mark.parametrize(
    "text", ["", ":", "12", "12:", "x:" + "0" * 64, "-1:" + "0" * 64, "1:" + "0" * 63, "1:zz"]
)
def test_what_is_no_seal_is_refused(text: str) -> None:
    with pytest.raises(BadSeal):
        NotedSeal.read(text)
