"""XML from strangers, as the tree that BOAMP's JSON was made of; what is hostile is refused.

An element is a text, or an object of its attributes (``@name``), children and ``#text``; several
of one name are a list. Names bear the prefix that eForms gives their namespace, whatever prefix
the document chose.
"""

import codecs
import re
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from app.watch.domain import UnreadableItem
from app.watch.sources import charset

MAX_CHARACTERS = 16 * 1024 * 1024
"""Of a document; the largest notice known to us is a fortieth of it."""

MAX_NODES = 150_000
"""Elements and attributes; the largest notice known to us has a tenth."""

MAX_DEPTH = 100
"""Elements inside one another; eForms have some twenty."""

MAX_TOKEN = 1024 * 1024
"""Characters of one tag or comment, which the parser must hold whole."""

CHUNK = 65_536

PREFIXES = {
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc:",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac:",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2": "ext:",
    "http://data.europa.eu/p27/eforms-ubl-extensions/1": "efext:",
    "http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1": "efac:",
    "http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1": "efbc:",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi:",
}

_ROOTS = re.compile(
    r"urn:oasis:names:specification:ubl:schema:xsd:\w+Notice-2"
    r"|http://data\.europa\.eu/p27/eforms-[\w-]*notice/1"
    r"|https?://boamp\.journal-officiel\.gouv\.fr/.*"
)
"""Namespaces of documents: their names stand alone."""

_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_KNOWN_ENCODINGS = frozenset({"ascii", "utf-8", "utf-16", "iso8859-1", "iso8859-15", "cp1252"})


def decoded(body: bytes) -> str:
    """The text of an XML document by its mark or its declaration, else UTF-8.

    Raises UnreadableItem when the encoding is none that notices come in.
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", errors="replace")
    found = _DECLARED.match(body.removeprefix(codecs.BOM_UTF8))
    name = _encoding(found.group(1).decode()) if found else "utf-8"
    return charset.decoded(body) if name == "utf-8" else body.decode(name, errors="replace")


def _encoding(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        name = ""
    if name not in _KNOWN_ENCODINGS:
        raise UnreadableItem("Le document XML est dans un encodage inattendu.")
    return name if name != "utf-16" else "utf-8"  # without a mark it is no UTF-16


def parse(text: str) -> tuple[str, object]:
    """The name of the document's root, and the tree below it.

    Raises UnreadableItem on what is no XML, on any DOCTYPE or entity, and beyond the bounds.
    """
    if len(text) > MAX_CHARACTERS:
        raise UnreadableItem("Le document XML est trop long pour un avis.")
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, encoding="utf-8")
    try:
        _feed(parser, text)
        parser.close()
    except DefusedXmlException:
        raise UnreadableItem("Le document XML déclare un DOCTYPE : il est refusé.") from None
    except (ParseError, UnicodeEncodeError):
        raise UnreadableItem("Le document XML est incomplet ou mal formé.") from None
    return builder.root


def _feed(parser: Any, text: str) -> None:
    given = 0
    for start in range(0, len(text), CHUNK):
        piece = text[start : start + CHUNK].encode()
        given += len(piece)
        parser.feed(piece)
        # A tag is held until it ends: a million attributes would be handed over at once.
        if given - parser.parser.CurrentByteIndex > MAX_TOKEN:
            raise UnreadableItem("Le document XML a une balise démesurée.")


class _Builder:
    """Makes the tree from the parser's events. Without recursion: no depth exhausts the stack."""

    def __init__(self) -> None:
        self.root: tuple[str, object] = ("", "")
        self._names: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._nodes = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._nodes += 1 + len(attributes)
        if self._nodes > MAX_NODES:
            raise UnreadableItem("Le document XML a trop d'éléments pour un avis.")
        if len(self._open) == MAX_DEPTH:
            raise UnreadableItem("Le document XML est trop imbriqué pour un avis.")
        node = {f"@{self._name(name)}": value for name, value in attributes.items()}
        self._open.append((self._name(tag), node, []))

    def data(self, text: str) -> None:
        """A piece of text, between or inside elements."""
        self._open[-1][2].append(text)

    def end(self, _tag: str) -> None:
        """The innermost element ends."""
        name, node, texts = self._open.pop()
        words = "".join(texts)
        value: object = node
        if not node:
            value = words if words.strip() else ""
        elif words.strip():
            node["#text"] = words
        if self._open:
            _add(self._open[-1][1], name, value)
        else:
            self.root = (name, value)

    def _name(self, qualified: str) -> str:
        known = self._names.get(qualified)
        if known is None:
            space, _, local = qualified.rpartition("}")
            known = PREFIXES.get(space[1:])
            if known is not None:
                known += local
            else:
                known = local if not space or _ROOTS.fullmatch(space[1:]) else qualified
            self._names[qualified] = known
        return known


def _add(parent: dict[str, Any], name: str, value: object) -> None:
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]
