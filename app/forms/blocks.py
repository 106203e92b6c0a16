"""What a page is built of. The template knows these blocks and nothing of the law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar

from app.forms.words import plain


@dataclass(frozen=True, slots=True)
class Heading:
    """A section; ``note`` stands under it in small."""

    kind: ClassVar[str] = "heading"
    text: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; ``style`` is ``normal``, ``small`` or ``centered``."""

    kind: ClassVar[str] = "para"
    text: str
    style: str = "normal"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A paragraph of an article, with what it lists."""

    number: str
    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a contract."""

    kind: ClassVar[str] = "article"
    title: str
    law: str | None
    paragraphs: tuple[Numbered, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels and values; None is left to be filled by hand."""

    kind: ClassVar[str] = "fields"
    rows: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Someone in a numbered list: a name, what is said of them, and what is left to be filled."""

    kind: ClassVar[str] = "entry"
    number: str
    name: str
    text: str
    rows: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Checks:
    """Boxes, ticked or not."""

    kind: ClassVar[str] = "checks"
    items: tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its share of the width (0: as wide as it must be), its side.

    ``side`` is ``left``, ``right`` or ``center``; ``upright`` turns the head by a quarter.
    """

    head: str
    width: int = 1
    side: str = "left"
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of a table; ``weight`` is ``normal``, ``group`` (one cell over all) or ``total``."""

    cells: tuple[str, ...]
    weight: str = "normal"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head comes again on each page."""

    kind: ClassVar[str] = "table"
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Where someone signs for a company."""

    kind: ClassVar[str] = "signature"
    name: str
    quality: str
    rows: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins a page; ``landscape`` turns that page and those after it."""

    kind: ClassVar[str] = "page"
    landscape: bool = False


Block = Heading | Para | Article | Fields | Entry | Checks | Table | Signature | NewPage


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole document: its title, what stands under it, the group's name, and its blocks."""

    title: str
    subtitle: str
    group: str
    purpose: str
    blocks: tuple[Block, ...]


def data(value: Any) -> Any:
    """Blocks as JSON, every text of them as paper takes it."""
    if isinstance(value, str):
        return plain(value)
    if is_dataclass(value) and not isinstance(value, type):
        held = {one.name: data(getattr(value, one.name)) for one in fields(value)}
        kind = getattr(value, "kind", None)
        return {"kind": kind, **held} if kind else held
    if isinstance(value, Mapping):
        return {key: data(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [data(one) for one in value]
    return value
