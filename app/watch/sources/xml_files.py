"""XML in files: one document, packed by gzip or not; and zips of many files, XML or JSON."""

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from app.watch.domain import UnreadableItem
from app.watch.sources.failures import BrokenFile
from app.watch.sources.xml_tree import MAX_CHARACTERS, decoded

ZIP_MAGIC = b"PK\x03\x04"
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
MAX_MEMBERS = 100_000
"""Files in an archive; a year of BOAMP has as many."""

TOO_LONG = "Le document XML est trop long pour un avis."


def begins_xml(head: bytes) -> bool:
    """Whether a file's first bytes, unpacked, begin an XML document; a web page is none."""
    for mark in MARKS:
        head = head.removeprefix(mark)
    start = head.replace(b"\0", b"").lstrip()[:14].lower()
    return start.startswith(b"<") and not start.startswith((b"<html", b"<!doctype html"))


def read_document(stream: IO[bytes] | gzip.GzipFile) -> object:
    """The document of a stream, as text; an ``UnreadableItem`` when it is too long for one.

    Raises what the stream raises on a broken archive.
    """
    body = stream.read(MAX_CHARACTERS + 1)
    if len(body) > MAX_CHARACTERS:
        return UnreadableItem(TOO_LONG)
    try:
        return decoded(body)
    except UnreadableItem as unreadable:
        return unreadable


def read_zip(
    path: Path, read_json: Callable[[IO[bytes], str], Iterator[object]]
) -> Iterator[object]:
    """The XML documents of an archive and what its JSON files hold, in its order.

    Other files in it are passed over. Raises BrokenFile, and what ``read_json`` does.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                name for name in archive.namelist() if name.lower().endswith((".xml", ".json"))
            ]
            if not names:
                raise BrokenFile(f"« {path.name} » ne contient ni XML ni JSON.")
            if len(names) > MAX_MEMBERS:
                raise BrokenFile(f"« {path.name} » contient plus de {MAX_MEMBERS} fichiers.")
            for name in names:
                with archive.open(name) as stream:
                    if name.lower().endswith(".json"):
                        yield from read_json(stream, name)
                    else:
                        yield read_document(stream)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        # A password is a RuntimeError, an unknown compression NotImplementedError.
        raise BrokenFile(f"« {path.name} » est une archive zip abîmée ou fermée.") from error
