"""Typst, away from the event loop: blocks in, PDF out.

Texts reach the template as JSON in ``sys.inputs``: none is ever read as markup. The template sees
its own folder alone, and embedded fonts alone. The same blocks and stamp give the same bytes.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

import typst

from app.forms.blocks import Paper, data
from app.forms.facts import Stamp
from app.kernel import words
from app.kernel.errors import AppError, Conflict

TEMPLATES = Path(__file__).parent / "templates"
MOST_CHARACTERS = 2_000_000
"""Of one document's data; 25 parties on 30 lots need a twentieth."""
LARGE = 50_000
"""Characters from which on typst is made to forget a document."""
REMEMBERED = 10
"""Compilations that typst remembers."""
AT_ONCE = 2
"""Documents that one process renders at a time."""
WAITING = 20
"""How many more may wait."""
Standard = Literal["a-2a", "a-3a", "ua-1"]
ARCHIVE: tuple[Standard, ...] = ("a-2a", "ua-1")
"""To be kept for years, and to be read aloud."""
ARCHIVE_WITH_DATA: tuple[Standard, ...] = ("a-3a", "ua-1")
"""The same, where data may be put inside."""


class DocumentTooLarge(Conflict):
    """Nobody reads, nor signs, so much."""

    code = "document_too_large"
    title = "Ce document serait trop long : raccourcissez les prestations ou les clauses."


class RenderingBusy(AppError):
    """Too many ask for documents at this moment."""

    status, code = 503, "rendering_busy"
    title = "Trop de documents sont en cours d'édition : réessayez dans un instant."


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document: its bytes, and the hash of what it says, which is printed on each page."""

    pdf: bytes
    content_hash: bytes


class Rendering:
    """The turns of one process: whoever renders waits for one before it takes anything else."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; raises RenderingBusy when too many wait already."""
        if self._waiting >= AT_ONCE + WAITING:
            raise RenderingBusy
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1


async def render(
    paper: Paper, stamp: Stamp, *, archive: tuple[Standard, ...] = ARCHIVE
) -> Rendered:
    """The document, in a thread; raises DocumentTooLarge. To be called within a turn."""
    content = data(paper)
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(said) > MOST_CHARACTERS:
        raise DocumentTooLarge
    digest = sha256(said.encode()).digest()
    stamped = {"number": stamp.number, "day": words.day(stamp.at), "hash": digest.hex()}
    inputs = {"data": json.dumps({**content, "stamp": stamped}, ensure_ascii=False)}
    pdf = await asyncio.to_thread(compiled, inputs, int(stamp.at.timestamp()), archive)
    return Rendered(pdf, digest)


def compiled(inputs: dict[str, str], at: int, archive: tuple[Standard, ...] = ARCHIVE) -> bytes:
    """The PDF; where a sign has no glyph in our fonts, it is no archive file but still a PDF."""
    try:
        return _compile(inputs, at, archive)
    except typst.TypstError:
        return _compile(inputs, at, ())
    finally:
        if len(inputs["data"]) > LARGE:
            _forget()


def _forget() -> None:
    """Have typst forget what it keeps of a large document: some 70 MB for each of the last ten.

    It drops what ten compilations have not asked for; those of an empty page take a moment.
    """
    for _ in range(REMEMBERED + 1):
        typst.compile(b"", font_paths=_fonts(), ignore_system_fonts=True, format="pdf", timestamp=0)


def _compile(inputs: dict[str, str], at: int, standards: tuple[Standard, ...]) -> bytes:
    return typst.compile(
        TEMPLATES / "document.typ",
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=list(standards),
        timestamp=at,
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
