"""From the items of a source to rows ready to be stored: pure, and run in a thread."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

import structlog

from app.watch.domain import Notice, UnreadableItem
from app.watch.service.content import content_of
from app.watch.sources import Document, Publisher, SourceFailure

log = structlog.get_logger()

BATCH_ITEMS = 500
"""Items in one transaction."""

BATCH_CHARACTERS = 4_000_000
"""Raw text in one transaction, so that large notices do not add up in memory."""

MAX_RAW_CHARACTERS = 2_000_000
"""What is kept of an item that could not be read: several times the largest known notice."""

SHORTEST_BRANCH = 2
"""Digits of a CPV division, the widest branch (Regulation (EC) 2195/2002, annex I)."""


@dataclass(frozen=True, slots=True)
class Item:
    """A notice that was read; ``content`` is its canonical JSON and ``hash`` that text's.

    ``address`` is where it came from, when it is a document of its own.
    """

    position: int
    notice: Notice
    content: str
    hash: bytes
    raw: str
    partial: bool
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that is set aside; ``whole`` says that nothing of its body was cut.

    ``address`` is where it can be had again, if it can.
    """

    position: int
    reason: str
    raw: str
    whole: bool
    address: str | None = None

    @classmethod
    def of(cls, position: int, reason: str, raw: str, address: str | None = None) -> "Refused":
        """What is kept of such an item."""
        whole = 0 < len(raw) <= MAX_RAW_CHARACTERS
        return cls(position, reason, raw[:MAX_RAW_CHARACTERS], whole, address)


@dataclass(slots=True)
class Batch:
    """What one transaction stores. No notice comes twice in it.

    ``cursor`` is that of the last page of which nothing comes after it, ``whole`` how many of its
    items came up to there; None and 0 without such a page.
    """

    items: dict[str, Item] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    characters: int = 0
    cursor: str | None = None
    whole: int = 0

    @property
    def full(self) -> bool:
        """Whether it is time to store it."""
        return self.count >= BATCH_ITEMS or self.characters >= BATCH_CHARACTERS

    @property
    def count(self) -> int:
        """How many items it is made of."""
        return len(self.items) + len(self.refused)

    def has_room(self, more: "Batch") -> bool:
        """Whether one transaction may store what came after it too."""
        return (
            self.count + more.count <= BATCH_ITEMS
            and self.characters + more.characters <= BATCH_CHARACTERS
            and self.items.keys().isdisjoint(more.items)
        )

    def add(self, more: "Batch") -> None:
        """Store with it what came after it."""
        if more.cursor is not None:
            self.cursor, self.whole = more.cursor, self.count + more.whole
        self.items |= more.items
        self.refused += more.refused
        self.characters += more.characters


def batches(
    publisher: Publisher, records: Iterable[object], *, start: int = 0, cursor: str | None = None
) -> Iterator[Batch]:
    """Read every record; positions count from ``start`` + 1. ``cursor`` is their page's.

    When the records break off (SourceFailure), what came before is yielded first.
    """
    batch, failure = Batch(), None
    numbered = enumerate(records, start + 1)
    while True:
        try:
            position, record = next(numbered)
        except StopIteration:
            break
        except SourceFailure as broken:
            failure = broken
            break
        item = prepared(publisher, position, record)
        # The same notice twice: the second is a change of the first, in the next transaction.
        again = isinstance(item, Item) and item.notice.source_id in batch.items
        if batch.full or again:
            yield batch
            batch = Batch()
        _add(batch, item)
    if failure is None and cursor is not None:
        batch.cursor, batch.whole = cursor, batch.count
    if batch.count or batch.cursor is not None:
        yield batch
    if failure is not None:
        raise failure


def branch(code: str) -> str:
    """What to look for among branches: a code ending in zeros means all that lies under it."""
    return code[:SHORTEST_BRANCH] + code[SHORTEST_BRANCH:].rstrip("0")


def _add(batch: Batch, item: Item | Refused) -> None:
    batch.characters += len(item.raw)
    if isinstance(item, Item):
        batch.items[item.notice.source_id] = item
    else:
        batch.refused.append(item)


def prepared(publisher: Publisher, position: int, record: object) -> Item | Refused:
    """One record, read; or why it cannot be."""
    if isinstance(record, UnreadableItem):
        return Refused(position, str(record), "", whole=False, address=record.address)
    raw = _dump(record)
    address = record.address if isinstance(record, Document) else None
    dialect = publisher.dialect_of(record)
    try:
        notice = dialect.read(record)
        content = json.dumps(content_of(notice), ensure_ascii=False, sort_keys=True)
        digest = sha256(content.encode()).digest()
    except UnreadableItem as unreadable:
        return Refused.of(position, str(unreadable), raw, address)
    except Exception as error:
        # A fault of ours on one item must not keep the others out.
        log.error("unreadable_item", exc_info=error, source=publisher.kind, position=position)
        reason = f"Erreur de lecture inattendue ({type(error).__name__})."
        return Refused.of(position, reason, raw, address)
    return Item(position, notice, content, digest, raw, dialect.is_partial(record), address)


def _dump(record: object) -> str:
    """A record as JSON text, in which a broken character stands as its escape."""
    try:
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), default=_number)
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":"), default=_number)
    except RecursionError:
        return ""
    return text


def _number(value: object) -> object:
    if not isinstance(value, Decimal):
        raise TypeError(f"a record holds no {type(value).__name__}")
    plain = float(value)
    return plain if abs(plain) != float("inf") else str(value)
