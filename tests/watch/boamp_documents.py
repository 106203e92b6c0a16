"""The bulletin's XML, made from the records of its API: the conversion that it does, undone."""

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from app.watch.sources.xml_tree import PREFIXES

NAMESPACES = {f"xmlns:{prefix.rstrip(':')}": space for space, prefix in PREFIXES.items()}
ANNOUNCEMENT = "http://boamp.journal-officiel.gouv.fr/XML/3.2.5"


def document(record: dict[str, Any]) -> str:
    """The document whose record this is."""
    trees = {
        name: json.loads(tree) if isinstance(tree := record.get(name), str) else tree or {}
        for name in ("donnees", "gestion")
    }
    trees["gestion"].setdefault("REFERENCE", {})["IDWEB"] = record["idweb"]
    spaces = "".join(f" {name}={quoteattr(space)}" for name, space in NAMESPACES.items())
    inner = _element("DONNEES", trees["donnees"]) + _element("GESTION", trees["gestion"])
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{head}\n<jo:ann xmlns:jo="{ANNOUNCEMENT}"{spaces}>{inner}</jo:ann>'


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(str(value))}</{name}>"
    attributes = "".join(
        f" {key[1:]}={quoteattr(text)}" for key, text in value.items() if key.startswith("@")
    )
    inner = "".join(
        escape(child) if key == "#text" else _element(key, child)
        for key, child in value.items()
        if not key.startswith("@")
    )
    return f"<{name}{attributes}>{inner}</{name}>"
