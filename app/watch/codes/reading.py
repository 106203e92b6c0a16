"""Code lists in files: the official CPV and NUTS files as CSV, and the CPV as XML.

A CSV begins with a line of names, whatever their order and case: ``code`` (or ``code8``,
``NUTS_ID`` …), ``fr``, ``en`` (or ``label_fr`` …); other columns are passed over. A label that is
missing in one language is that of the other. Files may come from anywhere: lines, labels and their
number are bounded, and XML with a document type is refused (it could name entities without end).
"""

import csv
import io
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate

from app.watch.codes.domain import (
    MAX_LABEL,
    Code,
    CodeList,
    RefusedLine,
    UnusableList,
    code_of,
)
from app.watch.sources.text import clean

MAX_ENTRIES = 50_000
"""Codes of one file; the CPV has 9,454, the NUTS list of all countries 2,087."""

MAX_LINE = 20_000
"""Characters of a line: the CPV in 24 languages has some 5,000."""

CHUNK_BYTES = 65_536

NAMES = {
    "code": ("code", "code8", "code9", "cpv", "cpv code", "nuts_id", "nuts code", "code 2021"),
    "fr": ("fr", "label_fr", "libelle", "libellé", "name_latn", "nuts_name"),
    "en": ("en", "label_en", "label", "name_latn", "nuts_name"),
}
"""What columns are called, the best name first."""

_Entry = tuple[int, str, str, str]
_Entries = Generator[_Entry, None, None]


def read_codes(path: Path, kind: CodeList) -> Iterator[Code | RefusedLine]:
    """The codes of a file, and the lines that hold none; raises UnusableList."""
    try:
        with path.open("rb") as stream, closing(_entries(stream)) as entries:
            yield from _checked(kind, entries)
    except OSError as error:
        raise UnusableList(f"« {path.name} » n'est pas lisible.") from error


def _entries(stream: BinaryIO) -> _Entries:
    head = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    stream.seek(0)
    return _xml(stream) if head.startswith(b"<") else _csv(stream)


def _checked(kind: CodeList, entries: Iterator[_Entry]) -> Iterator[Code | RefusedLine]:
    seen: dict[str, int] = {}
    for count, (line, text, fr, en) in enumerate(entries, 1):
        if count > MAX_ENTRIES:
            raise UnusableList(f"Plus de {MAX_ENTRIES} codes : ce n'est pas une de ces listes.")
        code = code_of(kind, text)
        french, english = clean(fr), clean(en)
        if code is None:
            yield RefusedLine(line, "ce n'est pas un code de cette liste")
        elif code in seen:
            yield RefusedLine(line, f"code déjà donné à la ligne {seen[code]}")
        elif not (french or english):
            yield RefusedLine(line, "libellé absent")
        elif max(len(french), len(english)) > MAX_LABEL:
            yield RefusedLine(line, f"libellé de plus de {MAX_LABEL} caractères")
        else:
            seen[code] = line
            yield Code(code, french or english, english or french)


def _csv(stream: BinaryIO) -> _Entries:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    lines = _bounded(text)
    try:
        head = next(lines, "")
        # Labels hold commas: what parts columns is told by their names, where none stands.
        delimiter = max(",;\t", key=head.count)
        names = next(csv.reader([head], delimiter=delimiter), [])
        at = _columns(names)
        rows = csv.reader(lines, delimiter=delimiter)
        for row in rows:
            if row:
                fields = (row[place] if place < len(row) else "" for place in at)
                yield (rows.line_num + 1, *fields)  # type: ignore[misc]
    except UnicodeDecodeError as error:
        raise UnusableList("Le fichier n'est pas en UTF-8.") from error
    except csv.Error as error:
        raise UnusableList("Le fichier n'est pas un CSV correct.") from error
    finally:
        text.detach()


def _columns(names: list[str]) -> tuple[int, int, int]:
    given = [name.strip().lower() for name in names]
    code, fr, en = (
        next((given.index(name) for name in known if name in given), None)
        for known in NAMES.values()
    )
    if code is None or (fr is None and en is None):
        raise UnusableList("Aucune colonne « code » et « fr » ou « en » dans la première ligne.")
    absent = len(names) + MAX_LINE
    return (code, absent if fr is None else fr, absent if en is None else en)


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise UnusableList(f"Une ligne dépasse {MAX_LINE} caractères.")
        yield line


def _xml(stream: BinaryIO) -> _Entries:
    reader = _CpvXml()
    try:
        while chunk := stream.read(CHUNK_BYTES):
            reader.parser.Parse(chunk, False)
            yield from reader.taken()
        reader.parser.Parse(b"", True)
    except ExpatError as error:
        raise UnusableList(f"XML incorrect, ligne {error.lineno}.") from error
    yield from reader.taken()


class _CpvXml:
    """``<CPV CODE="03000000-1"><TEXT LANG="EN">…</TEXT>…</CPV>``, as the Union publishes it."""

    def __init__(self) -> None:
        self.parser = ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse
        self._done: list[_Entry] = []
        self._line, self._code, self._language = 0, "", ""
        self._labels: dict[str, str] = {}

    def taken(self) -> list[_Entry]:
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "CPV":
            self._line, self._labels = self.parser.CurrentLineNumber, {}
            self._code = attributes.get("CODE", "")
        elif name == "TEXT":
            self._language = attributes.get("LANG", "")

    def _end(self, name: str) -> None:
        if name == "CPV":
            labels = self._labels
            self._done.append((self._line, self._code, labels.get("FR", ""), labels.get("EN", "")))
        elif name == "TEXT":
            self._language = ""

    def _text(self, text: str) -> None:
        if self._language in {"FR", "EN"}:
            known = self._labels.get(self._language, "")
            # One more than is allowed is enough to refuse it.
            self._labels[self._language] = (known + text)[: MAX_LABEL * 2]

    def _refuse(self, *_: object) -> None:
        raise UnusableList("Un XML avec un type de document (DOCTYPE) n'est pas lu.")
