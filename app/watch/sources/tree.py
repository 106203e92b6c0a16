"""Walking JSON that was made from XML: one child is an object, several are a list.

Every walk follows a fixed path, so that no depth of nesting can exhaust the stack.
"""

import json
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from app.kernel.money import MAX_CENTS, Money
from app.watch.sources.text import clean, clean_lines

_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,20}|,[0-9]{1,2})?")
_CPV = re.compile(r"([0-9]{8})(?:-[0-9])?")
_NUTS = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}")
_LANGUAGES = {"FRA": 0, "fr": 0, "ENG": 1, "en": 1}
_SIRET = re.compile(r"[0-9]{14}")


def parsed(value: object) -> object:
    """The tree in a field that holds JSON as text, or the tree itself; ``None`` when broken."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def each(value: object) -> list[object]:
    """The children under a name: none, one, or several."""
    if isinstance(value, list):
        return value
    return [] if value is None or value == "" else [value]


def find(node: object, *path: str) -> list[object]:
    """Every node at this path, through lists, in the order of the document."""
    for place, name in enumerate(path):
        if not isinstance(node, dict):
            return _find_in_lists(each(node), path[place:])
        node = node.get(name)
    return each(node)


def _find_in_lists(nodes: list[object], path: tuple[str, ...]) -> list[object]:
    for name in path:
        below: list[object] = []
        for parent in nodes:
            if isinstance(parent, dict):
                child = parent.get(name)
                # As ``each`` has it, without its call: a notice asks for hundreds of paths.
                if isinstance(child, list):
                    below += child
                elif child is not None and child != "":
                    below.append(child)
        if not below:
            return below
        nodes = below
    return nodes


def raw_text(value: object) -> str:
    """What an element says: a text, or ``{"#text": …}`` beside attributes; else ``""``."""
    if isinstance(value, dict):
        value = value.get("#text")
    return value if isinstance(value, str) else ""


def texts(node: object, *path: str) -> Iterator[str]:
    """The texts at this path, French ones first, then English; on one line each, none empty."""
    for found in _best_known_first(find(node, *path)):
        if words := clean(raw_text(found)):
            yield words


def text(node: object, *path: str) -> str:
    """The first text at this path, on one line, or ``""``."""
    for found in _best_known_first(find(node, *path)):
        if words := clean(raw_text(found)):
            return words
    return ""


def prose(node: object, *path: str) -> str:
    """The first text at this path with its lines kept, or ``""``."""
    every = (clean_lines(raw_text(found)) for found in _best_known_first(find(node, *path)))
    return next((line for line in every if line), "")


def flag(node: object, *path: str) -> str:
    """The first name under this path, where a choice is written as the name of a child."""
    named = (name for found in find(node, *path) if isinstance(found, dict) for name in found)
    return next(named, "")


def cpv(*codes: str) -> tuple[str, ...]:
    """Eight digits each, in order, once each; a check digit is dropped, the rest ignored."""
    matches = (_CPV.fullmatch(code.strip()) for code in codes)
    return tuple(dict.fromkeys(match.group(1) for match in matches if match))


def nuts(*codes: str) -> tuple[str, ...]:
    """Codes of two to five characters, in order, once each; the rest is ignored."""
    tidy = (code.strip().upper() for code in codes)
    return tuple(dict.fromkeys(code for code in tidy if _NUTS.fullmatch(code)))


def siret(written: str) -> str | None:
    """The 14 digits of an establishment; a SIREN or a platform's own number is none."""
    digits = "".join(written.split())
    return digits if _SIRET.fullmatch(digits) else None


def money(node: object, currency: str = "") -> Money | None:
    """An amount in cents, exactly; the node's own currency, else ``currency``, else euros.

    ``None`` when it is no amount, or zero: buyers write 0 for « not disclosed ».
    """
    if isinstance(node, dict):
        written = [node.get(name) for name in ("@currencyID", "@devise", "@DEVISE")]
        currency = next((code for code in written if isinstance(code, str) and code), currency)
        node = node.get("#text")
    currency = currency or "EUR"
    if isinstance(node, int | float) and not isinstance(node, bool):
        node = repr(node) if abs(node) < MAX_CENTS else ""
    if not isinstance(node, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        return None
    digits = "".join(node.split())
    # « 1,234 » may be thousands or thousandths: it is no amount.
    if not _AMOUNT.fullmatch(digits):
        return None
    cents = int((Decimal(digits.replace(",", ".")) * 100).to_integral_value(ROUND_HALF_UP))
    return Money(cents, currency) if 0 < cents <= MAX_CENTS else None


def _best_known_first(nodes: list[object]) -> list[object]:
    """French, then English, then the document's own order."""
    if len(nodes) < 2:
        return nodes
    return sorted(nodes, key=lambda node: _LANGUAGES.get(_language(node), len(_LANGUAGES)))


def _language(node: object) -> str:
    language = node.get("@languageID") if isinstance(node, dict) else None
    return language if isinstance(language, str) else ""
