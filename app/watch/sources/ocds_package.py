"""Packages of OCDS as publishers send them: releases and records out of whatever holds them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.watch.sources import ocds, tree
from app.watch.sources.charset import decoded

HOLDERS = ("releases", "records")
WRAPPERS = (
    "result",
    "results",
    "data",
    "item",
    "items",
    "release",
    "releasePackage",
    "recordPackage",
    "arrayReleasePackage",
)
"""What publishers put around packages."""

MAX_WRAPPERS = 6
MAX_INTEGER_DIGITS = 40

# A number that JSON does not know, such as 007, outside of texts (which the first branch eats).
_BAD_ZEROS = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![\w.+-])(-?)0+(?=[0-9])', re.DOTALL)
_SOMETHING = re.compile(r"[^\s\x1e]")


@dataclass(slots=True)
class Package:
    """What one answer holds; ``known`` is false when it has no shape of a package at all."""

    items: list[object] = field(default_factory=list)
    next: str | None = None
    known: bool = False


def opened(value: object) -> Package:
    """All releases and records of an answer, in its order, and where the next one is."""
    package = Package()
    _open(value, package, 0)
    return package


def unfolded(value: object) -> Iterator[object]:
    """The same out of an item of a file; what is no package stays as it is."""
    package = opened(value)
    yield from package.items if package.known else [value]


def parsed(body: bytes) -> object:
    """The JSON of an answer: one value, or a list of those that follow each other in it.

    Numbers are exact, those beyond all bounds nothing; ``007`` is read as 7. Raises ValueError.
    """
    text = decoded(body)
    try:
        return _loads(text)
    except ValueError:
        mended = _BAD_ZEROS.sub(_without_zeros, text)
    except RecursionError:
        raise ValueError("too deep") from None
    try:
        return _each(mended)
    except RecursionError:
        raise ValueError("too deep") from None


def _open(value: object, package: Package, depth: int) -> None:
    if isinstance(value, list):
        for one in value:
            _open(one, package, depth + 1)
        package.known = package.known or not value
        return
    if not isinstance(value, dict) or depth > MAX_WRAPPERS:
        return
    if "ocid" not in value and not value.keys().isdisjoint(HOLDERS):
        for name in HOLDERS:
            package.items += tree.each(value.get(name))
        package.known = True
    elif ocds.knows(value):
        package.items.append(value)
        package.known = True
    else:
        for name in WRAPPERS:
            if isinstance(value.get(name), dict | list):
                _open(value[name], package, depth + 1)
    links = value.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    if isinstance(link, str) and link:
        package.next = link


def _each(text: str) -> object:
    decoder = json.JSONDecoder(**_READING)
    values, at = [], 0
    while found := _SOMETHING.search(text, at):
        value, at = decoder.raw_decode(text, found.start())
        values.append(value)
    if not values:
        raise ValueError("empty")
    return values[0] if len(values) == 1 else values


def _loads(text: str) -> object:
    return json.loads(text, **_READING)


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_INTEGER_DIGITS else None


def _without_zeros(found: re.Match[str]) -> str:
    return found.group() if found.group().startswith('"') else found.group(1)


_READING: dict[str, Any] = {
    "parse_float": Decimal,
    "parse_int": _integer,
    "parse_constant": lambda _name: None,
}
