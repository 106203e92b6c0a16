"""Identifiers: sortable, prefixed, made by the server."""

import pytest

from app.kernel.ids import decode, encode, new_id


def test_ids_sort_by_birth_even_within_a_millisecond() -> None:
    born = [new_id() for _ in range(10_000)]
    assert born == sorted(set(born))


def test_a_clock_that_steps_back_makes_no_older_id(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id()
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000)
    assert new_id() > before


def test_an_id_tells_its_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.kernel.ids._last", 0)
    monkeypatch.setattr("time.time_ns", lambda: 1_772_442_000_123_456_789)
    assert new_id().int >> 80 == 1_772_442_000_123


def test_ids_are_version_7_of_the_standard_variant() -> None:
    fresh = new_id()
    assert (fresh.version, fresh.variant) == (7, "specified in RFC 4122")


def test_a_public_id_reads_back() -> None:
    fresh = new_id()
    assert decode("con", encode("con", fresh)) == fresh


@pytest.mark.parametrize(
    "text",
    ["", "con_", "ten_" + "0" * 32, "con_" + "0" * 31, "con_" + "G" * 32, "con_" + "0" * 32 + "\n"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="con_"):
        decode("con", text)
