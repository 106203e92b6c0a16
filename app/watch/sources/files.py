"""Notices in a file, as the source's API gives them: read as a stream, whatever the size.

A file holds one record, an envelope ``{"results": [...]}`` (``releases`` or ``records`` in OCDS),
an array, records one after the other, or an XML document; each may be compressed by gzip. XML
documents and JSON may also come in a zip.
"""

import gzip
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

import ijson

from app.watch.domain import UnreadableItem
from app.watch.sources.charset import Recoder
from app.watch.sources.failures import BrokenFile, NotJson, SourceFailure, UnknownDialect
from app.watch.sources.xml_files import ZIP_MAGIC, begins_xml, read_document, read_zip

CHUNK_BYTES = 65_536
MAX_ITEM_BYTES = 32 * 1024 * 1024
"""Unpacked bytes between two items; the largest known notice is a hundredth of it."""

MAX_DEPTH = 100
"""Levels inside an item; BOAMP's records have two, with JSON as text inside."""

HEAD_BYTES = 4096
GZIP_MAGIC = b"\x1f\x8b"
UTF8_MARK = b"\xef\xbb\xbf"
ENVELOPES = ("results", "releases", "records")
PROCESS = "ocid"
"""An OCDS record names its process, and holds its releases: those are not items of a file."""

MAX_DIGITS = 4_000
"""In a row; the longest number of any source has fifteen."""
_TWO_DIGITS = re.compile(rb"[0-9]{2}")
_ENDLESS_NUMBER = re.compile(rb"[0-9]{%d}" % MAX_DIGITS)

TOO_DEEP = "L'élément est trop imbriqué pour un avis."

_BROKEN_ARCHIVE = (EOFError, zlib.error, gzip.BadGzipFile)
_Event = tuple[str, Any]
Stream = IO[bytes] | gzip.GzipFile
_OS_ERRORS = (
    (FileNotFoundError, "est introuvable"),
    (IsADirectoryError, "est un dossier"),
    (PermissionError, "n'est pas lisible avec vos droits"),
)


def read_file(path: Path) -> Generator[object, None, None]:
    """The items of a file, one by one; an ``UnreadableItem`` stands where one was too deep.

    Raises NotJson when nothing in it is JSON, UnknownDialect on JSON that holds no items,
    BrokenFile when it ends or breaks after its beginning.
    """
    with _opened(path) as stream:
        head = _head(stream, path.name)
        if head.startswith(ZIP_MAGIC):
            yield from read_zip(path, _json)
            return
        if begins_xml(head):
            yield _document(stream, path.name)
            return
        yield from _json(stream, path.name)


def _json(stream: Stream, name: str) -> Iterator[object]:
    guarded = _Guarded(stream)
    events = _events(guarded, name)
    for kind, _value in events:
        for item in _items(kind, events):
            guarded.since_item = 0
            yield item


def _head(stream: BinaryIO | gzip.GzipFile, name: str) -> bytes:
    try:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
    except _BROKEN_ARCHIVE as error:
        raise _broken_archive(name) from error
    return head


def _document(stream: BinaryIO | gzip.GzipFile, name: str) -> object:
    try:
        return read_document(stream)
    except _BROKEN_ARCHIVE as error:
        raise _broken_archive(name) from error


def _broken_archive(name: str) -> BrokenFile:
    return BrokenFile(f"« {name} » est une archive gzip incomplète ou abîmée.")


def read_lists(path: Path, singles: frozenset[str]) -> Generator[object, None, None]:
    """The items of every list of a file, however deep: ``{"marches": {"marche": [...]}}``.

    Where one item was converted from XML, an object stands in place of a list: ``singles`` are
    the names under which it is an item. Raises what ``read_file`` does.
    """
    with _opened(path) as stream:
        guarded = _Guarded(stream)
        events = _events(guarded, path.name)
        name = ""
        for kind, value in events:
            guarded.since_item = 0
            if kind == "map_key":
                name = value
            elif kind == "start_map" and name in singles:
                yield _build(kind, value, events)
                name = ""
            elif kind == "start_array":
                for item in _elements(events):
                    guarded.since_item = 0
                    yield item
                name = ""


class _Guarded:
    """The bytes of a file, with a bound on what one item may weigh, packed or not."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._recoded = Recoder()
        self._tail = b""
        self.empty = True
        self.since_item = 0

    def read(self, size: int) -> bytes:
        chunk = b""
        while not chunk:
            read = self._stream.read(size)
            self.since_item += len(read)
            if self.since_item > MAX_ITEM_BYTES:
                raise BrokenFile(f"Un élément dépasse {MAX_ITEM_BYTES // 1_048_576} Mio.")
            # A sign may be cut at the end of what was read: the next chunk says it.
            chunk = self._recoded(read)
            if not read:
                break
        self._refuse_endless_number(chunk)
        if self.empty and chunk:
            self.empty = False
            return chunk.removeprefix(UTF8_MARK)
        return chunk

    def _refuse_endless_number(self, chunk: bytes) -> None:
        """Python converts no number of over 4,300 digits, and the parser, in C, goes on with a
        hole where it should be: what touches that may crash. Two probes find such a run.
        """
        seen = self._tail + chunk
        self._tail = seen[-MAX_DIGITS:]
        probed = _TWO_DIGITS.search(seen[:: MAX_DIGITS // 2])
        if probed and _ENDLESS_NUMBER.search(seen):
            raise BrokenFile("Un nombre a des milliers de chiffres.")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO | gzip.GzipFile]:
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == GZIP_MAGIC
            plain.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=plain) as unpacked:
                    yield unpacked
            else:
                yield plain
    except OSError as error:
        how = next((said for kind, said in _OS_ERRORS if isinstance(error, kind)), "est illisible")
        raise SourceFailure(f"« {path.name} » {how}.") from error


def _events(stream: _Guarded, name: str) -> Iterator[_Event]:
    begun = False
    try:
        # Not ijson.items: it keeps the path of every level, which a deep file makes quadratic.
        for event in ijson.basic_parse(stream, buf_size=CHUNK_BYTES, multiple_values=True):
            begun = True
            yield event
    except ijson.JSONError as error:
        if not begun:
            how = "est vide" if stream.empty else "ne contient pas de JSON"
            raise NotJson(f"« {name} » {how}.") from error
        cut = "premature EOF" in str(error)
        how = "s'arrête au milieu d'un élément" if cut else "contient du JSON incorrect"
        raise BrokenFile(f"« {name} » {how}.") from error
    except _BROKEN_ARCHIVE as error:
        raise _broken_archive(name) from error


def _items(kind: str, events: Iterator[_Event]) -> Iterator[object]:
    """The items of one value at the top of the file."""
    if kind == "start_array":
        yield from _elements(events)
    elif kind == "start_map":
        yield from _envelope(events)
    else:
        raise UnknownDialect(f"Une valeur seule ({kind}) n'est pas un avis.")


def _elements(events: Iterator[_Event]) -> Iterator[object]:
    for kind, value in events:
        if kind == "end_array":
            return
        yield _build(kind, value, events)


def _envelope(events: Iterator[_Event]) -> Iterator[object]:
    """The items of a list that is known to hold some, or the object itself when it is a record."""
    record: dict[str, object] = {}
    enveloped = False
    for kind, key in events:
        if kind == "end_map":
            break
        child, value = next(events)
        if key in ENVELOPES and child == "start_array" and PROCESS not in record:
            enveloped = True
            yield from _elements(events)
        else:
            record[key] = _build(child, value, events)
    if not enveloped:
        deep = (part for part in record.values() if isinstance(part, UnreadableItem))
        yield next(deep, record)


def _build(kind: str, value: Any, events: Iterator[_Event]) -> object:
    """The value that begins with this event."""
    if kind not in ("start_map", "start_array"):
        return value
    builder = _Builder(kind)
    for following, inner in events:
        builder.take(following, inner)
        if builder.done:
            break
    return UnreadableItem(TOO_DEEP) if builder.was_too_deep else builder.root


class _Builder:
    """Puts a value together from events. Without recursion: no depth exhausts the stack."""

    def __init__(self, kind: str) -> None:
        self.root: Any = {} if kind == "start_map" else []
        self.was_too_deep = False
        self._open: list[Any] = [self.root]
        self._keys: list[str] = [""]
        self._skipped = 0

    @property
    def done(self) -> bool:
        return not self._open

    def take(self, kind: str, value: Any) -> None:
        if kind in ("end_map", "end_array"):
            self._close()
        elif kind == "map_key":
            self._keys[-1] = value
        elif kind in ("start_map", "start_array"):
            self._start({} if kind == "start_map" else [])
        elif not self._skipped:
            self._put(value)

    def _start(self, child: Any) -> None:
        if self._skipped or len(self._open) == MAX_DEPTH:
            self._skipped += 1
            self.was_too_deep = True
            return
        self._put(child)
        self._open.append(child)
        self._keys.append("")

    def _close(self) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._open.pop()
        self._keys.pop()

    def _put(self, value: Any) -> None:
        parent = self._open[-1]
        if isinstance(parent, dict):
            parent[self._keys[-1]] = value
        else:
            parent.append(value)
