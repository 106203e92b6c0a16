"""Walking JSON as publishers of OCDS write it: anything may be null, a text, or of another type."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from app.kernel.money import Money
from app.watch.sources import tree
from app.watch.sources.text import clean, clean_lines

Node = dict[str, Any]

WRAPPERS = ("$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$date", "$oid")
"""How dumps of a document store (MongoDB Extended JSON) write a plain value."""

MAX_DIGITS = 15
"""Digits before the point beyond which a number is no amount and no code."""

MAX_MERGED_DEPTH = 30
"""Levels that two releases are merged through; the standard's own have eight."""


def plain(value: object) -> object:
    """A value without its wrapper: ``{"$numberLong": "12"}`` → ``"12"``."""
    if isinstance(value, dict) and len(value) == 1:
        name, inner = next(iter(value.items()))
        return inner if name in WRAPPERS else value
    return value


def said(value: object) -> str:
    """A text or a number, as one clean line; ``""`` for what is neither."""
    value = plain(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**MAX_DIGITS else ""
    if isinstance(value, float | Decimal):
        return _digits(value)
    return ""


def prose(value: object) -> str:
    """A text with its lines kept; ``""`` for what is none."""
    return clean_lines(value) if isinstance(value, str) else ""


def nodes(root: object, *path: str) -> list[Node]:
    """Every object at this path, through lists; nulls and texts among them are passed over."""
    return [one for one in tree.find(root, *path) if isinstance(one, dict)]


def node(root: object, *path: str) -> Node:
    """The first object at this path, or an empty one."""
    return next(iter(nodes(root, *path)), {})


def texts(root: object, *path: str) -> Iterator[str]:
    """What is said at this path, none of it empty."""
    return (words for one in tree.find(root, *path) if (words := said(one)))


def text(root: object, *path: str) -> str:
    """The first thing said at this path, or ``""``."""
    return next(texts(root, *path), "")


def number(value: object) -> float | None:
    """A finite number, also out of a text; None for anything else."""
    try:
        found = float(said(value))
    except ValueError:
        return None
    return found if abs(found) < 10**MAX_DIGITS else None


def amount(value: Node) -> Money | None:
    """A ``Value``: exact cents in its own currency. None when it is null, zero or without one.

    Publishers write zero for « not disclosed ».
    """
    currency = text(value, "currency").upper()
    return tree.money(said(value.get("amount")), currency) if currency else None


def merged(earlier: Node, later: Node, depth: int = 0) -> Node:
    """What two releases of one process say together, by the merge rules of OCDS 1.1.

    A null removes, objects of a list are told apart by their ``id``, all else is replaced. Not
    the publishers' library for it: it brings a second HTTP client, to ask for schemas.
    """
    both = dict(earlier)
    for key, value in later.items():
        if value is None:
            both.pop(key, None)
        else:
            both[key] = _both(earlier.get(key), value, depth + 1)
    return both


def _both(earlier: object, later: object, depth: int) -> object:
    if depth == MAX_MERGED_DEPTH:
        return later
    if isinstance(earlier, dict) and isinstance(later, dict):
        return merged(earlier, later, depth)
    if isinstance(earlier, list) and isinstance(later, list) and _have_ids(earlier + later):
        by_id: dict[str, object] = {}
        for one in earlier + later:
            key = said(one["id"])
            by_id[key] = _both(by_id.get(key), one, depth + 1)
        return list(by_id.values())
    return later


def _have_ids(objects: list[Any]) -> bool:
    return all(isinstance(one, dict) and said(one.get("id")) for one in objects)


def _digits(value: float | Decimal) -> str:
    """A number in plain digits, whole ones without a point; ``""`` when it is out of all bounds."""
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    if not exact.is_finite() or not -20 <= exact.adjusted() < MAX_DIGITS:
        return "0" if exact.is_zero() else ""
    exact = exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact
    return format(exact, "f")
