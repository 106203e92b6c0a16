"""Text that people give: nothing invisible is stored, and nothing slow is asked of it."""

import json
import re
import sys
import time
import unicodedata
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, StringConstraints, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

import app.api
from app.infra.http.ids import PublicId
from app.infra.http.schemas import In, LongText, ShortText
from app.infra.http.text import Text
from tests.world import World

LINE, LINES = TypeAdapter[str](ShortText), TypeAdapter[str](LongText)
LOOSE = {"DeadlineBody.zone": "one of the zones that there are"}
"""String fields that need no rule of text, and why."""


def refused(reader: TypeAdapter[str], text: str) -> str | None:
    """The code under which a text is refused."""
    try:
        reader.validate_python(text)
    except ValidationError as error:
        return error.errors()[0]["type"]
    return None


HIDDEN = [0x202E, 0x2066, 0x200B, 0x200F, 0xFEFF, 0xAD, 0x2028, 0x1B, 0x85, 0, 0xE0041, 0x3164]
HIDDEN += [0x34F, 0x2060, 0x10FFFF]


@pytest.mark.parametrize("sign", [chr(code) for code in HIDDEN])
def test_what_hides_or_turns_text_is_refused_everywhere(sign: str) -> None:
    for reader in (LINE, LINES):
        assert refused(reader, f"Scène{sign} Ouverte") == "forbidden_character"
        assert refused(reader, f"{sign}Scène") == "forbidden_character"


def test_line_breaks_tabs_and_emoji_are_for_long_text() -> None:
    family = "👨\u200d👩\u200d👧 ❤\ufe0f"
    for sign in ("\n", "\t", "\r\n", family):
        assert refused(LINE, f"a{sign}b") == "forbidden_character"
    assert LINES.validate_python(f"a\r\nb\rc\td {family}") == f"a\nb\nc\td {family}"


def test_accents_are_stored_composed_and_spaces_around_are_dropped() -> None:
    assert LINE.validate_python("  Sce\u0300ne\u00a0") == "Scène"
    assert refused(LINE, " \u3000 ") == "blank"
    assert LINES.validate_python(" ") == ""


def test_the_bound_holds_before_and_after_composition() -> None:
    assert refused(LINE, "e\u0300" * 101) == "string_too_long"
    assert refused(LINE, "\u0344" * 200) == "string_too_long"  # two characters each, composed
    started = time.perf_counter()
    assert refused(LINE, "\u0344" * 10_000_000) == "string_too_long"
    assert refused(LINES, "\u0344" * 10_000_000) == "string_too_long"
    assert time.perf_counter() - started < 1


def test_the_list_holds_all_that_unicode_calls_invisible() -> None:
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        kind = unicodedata.category(sign)
        if kind in {"Cc", "Cf", "Cs", "Zl", "Zp"} or code & 0xFFFE == 0xFFFE:
            with pytest.raises(ValueError, match="admis"):
                Text(most=9).read(f"a{sign}b")


@given(st.text(max_size=300))
def test_what_is_accepted_is_stable(text: str) -> None:
    for reader in (LINE, LINES):
        if refused(reader, text) is None:
            stored = reader.validate_python(text)
            assert reader.validate_python(stored or "x") == (stored or "x")
            assert unicodedata.is_normalized("NFC", stored)


async def test_the_fault_names_the_character_and_nothing_else(world: World) -> None:
    body = {"name": "Sc\u202eène", "siren": "732829320"}
    answer = await world.coordinator.post("/v1/members", body)
    fault = answer.json()["errors"][0]
    assert (fault["pointer"], fault["code"]) == ("/name", "forbidden_character")
    assert "U+202E" in fault["message"]
    assert "Sc" not in fault["message"]


def bodies(model: type[BaseModel] = In) -> Iterator[type[BaseModel]]:
    """Every shape that callers give."""
    for one in model.__subclasses__():
        yield one
        yield from bodies(one)


def strings(annotation: Any, metadata: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """What is said of each string in an annotation."""
    origin = get_origin(annotation)
    if annotation is str:
        yield metadata
    elif origin is Annotated:
        inner, *more = get_args(annotation)
        yield from strings(inner, (*metadata, *more))
    elif origin in {Union, UnionType, list, tuple, dict}:
        for part in get_args(annotation):
            yield from strings(part, metadata)
    elif annotation is Any or origin not in {None, Literal}:
        raise AssertionError(f"{annotation}: not known how it treats text")


def is_plain(said: tuple[Any, ...]) -> bool:
    """Whether a string is bound to text, or to a pattern of printable ASCII."""
    constraints = [one for one in said if isinstance(one, StringConstraints)]
    constraints += [one for info in said if isinstance(info, FieldInfo) for one in info.metadata]
    patterns = [str(one.pattern) for one in constraints if getattr(one, "pattern", None)]
    return any(isinstance(one, Text | PublicId) for one in said) or any(
        pattern.startswith("^")
        and pattern.endswith("$")
        and pattern.isascii()
        and not re.search(r"\[\^|\\[sSwWDpP]|(?<!\\)\.", pattern)
        for pattern in patterns
    )


def test_every_string_that_is_stored_is_text_or_plain_ascii() -> None:
    assert app.api.ROOMS
    found = {
        f"{model.__name__}.{name}"
        for model in bodies()
        for name, field in model.model_fields.items()
        for said in strings(field.annotation, tuple(field.metadata))
        # Passwords and tokens are hashed as they come, mail addresses checked by their own rule.
        if not is_plain(said) and not name.endswith(("password", "token", "email"))
    }
    assert found == LOOSE.keys()


def patterns() -> Iterator[re.Pattern[str]]:
    """Every regular expression that a module of the service keeps, and those of its document."""
    for name, module in list(sys.modules.items()):
        if name == "app" or name.startswith("app."):
            for value in vars(module).values():
                if isinstance(value, re.Pattern):
                    yield (
                        value
                        if isinstance(value.pattern, str)
                        else re.compile(value.pattern.decode("latin-1"), value.flags | re.ASCII)
                    )
    snapshot = json.dumps(app.api.__name__) + open_document()
    for found in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', snapshot):
        yield re.compile(json.loads(found))


def open_document() -> str:
    """The API's document, as committed."""
    from tests.test_openapi import SNAPSHOT  # noqa: PLC0415

    return SNAPSHOT.read_text()


HOSTILE = [
    "a",
    " ",
    "0",
    "1.",
    "a@",
    "a.",
    "&#",
    "-",
    "\n",
    "é",
    "' ",
    "d'",
    "œ",
    ", ",
    "12h",
    "::",
]
HOSTILE += ["1 ", "lot ", "lot n° 1 ", "à ", "/", "€", "a-", "0,", "http://", "@", "con_", '"', "<"]


def slowest(pattern: re.Pattern[str], unit: str) -> float:
    """Seconds of processor that a pattern takes for texts made of ``unit``: as long as a body for
    what is matched from its start, as long as a field for what is searched."""
    started = time.process_time()
    for ending in ("", "!"):
        pattern.fullmatch(unit * (100_000 // len(unit)) + ending)
        pattern.search(unit * (4_000 // len(unit)) + ending)
    return time.process_time() - started


@pytest.mark.parametrize("pattern", sorted(set(patterns()), key=str), ids=lambda one: one.pattern)
def test_no_pattern_is_slow(pattern: re.Pattern[str]) -> None:
    assert max(slowest(pattern, unit) for unit in HOSTILE) < 1
