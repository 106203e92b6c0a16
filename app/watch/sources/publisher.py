"""The one shape of a source: how it is asked, and how its notices read."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from app.watch.domain import Notice, UnreadableItem
from app.watch.sources.failures import UnknownDialect
from app.watch.sources.polite import PoliteClient
from app.watch.zones import PARIS

PROBE_ITEMS = 20
"""Items looked at before a file counts as being of no known dialect."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How notices are written: a JSON value, or an XML document as text.

    ``knows`` says whether an item is of this dialect; ``read`` gives its notice or raises
    ``UnreadableItem``; ``is_partial`` whether it is an extract, which must not replace a whole.
    """

    knows: Callable[[object], bool]
    read: Callable[[object], Notice]
    is_partial: Callable[[object], bool] = lambda _item: False


class Document(str):
    """An XML document as text, and the ``address`` where it can be had again."""

    __slots__ = ("address",)
    address: str

    @classmethod
    def at(cls, address: str, text: str) -> "Document":
        """The text that came from an address."""
        document = cls(text)
        document.address = address
        return document


@dataclass(frozen=True, slots=True)
class Asked:
    """What one run asks of a source: the days of publication, both included, and from where.

    ``until`` is None for "up to now". ``cursor`` is what the last stored page said of itself:
    pages follow from there. ``ended`` is the cursor of the last run that brought all.
    ``settings`` are the source's own (``Source.settings``).
    """

    client: PoliteClient
    base_url: str
    since: date
    until: date | None
    now: datetime
    cursor: str | None = None
    ended: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day in Paris."""
        return self.now.astimezone(ZoneInfo(PARIS)).date()


@dataclass(frozen=True, slots=True)
class Page:
    """Items that came together; ``cursor`` is where a later run would go on after them."""

    items: Iterable[object]
    cursor: str | None = None


class NoSettings(BaseModel):
    """Of a kind whose sources differ by their address alone."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Publisher:
    """What the sources of one kind have in common.

    ``dialects`` are tried in their order. ``pages`` asks the source, oldest notice first where
    it can be had, and raises SourceFailure; pages that came before are good. ``hint`` tells
    whoever gives a file of another kind what one of this kind looks like.

    ``settings`` is what an operator may set of one source (``Source.settings``), and ``suited``
    the dialects as they are under such settings. ``unfold`` gives the items of what a file holds
    as one, such as a package.
    """

    kind: str
    dialects: tuple[Dialect, ...]
    pages: Callable[[Asked], AsyncIterator[Page]]
    hint: str
    settings: type[BaseModel] = NoSettings
    suited: Callable[[Mapping[str, Any]], tuple[Dialect, ...]] | None = None
    unfold: Callable[[object], Iterable[object]] = lambda item: (item,)

    def under(self, settings: Mapping[str, Any]) -> "Publisher":
        """The kind as one source of it is set."""
        return replace(self, dialects=self.suited(settings)) if self.suited else self

    def dialect_of(self, item: object) -> Dialect:
        """How an item is written; the first dialect's reader says what is wrong with a stranger."""
        return next((one for one in self.dialects if one.knows(item)), self.dialects[0])

    def recognise(self, items: Iterator[object]) -> Iterable[object]:
        """All the items, once one of the first was recognised. Raises UnknownDialect."""
        probed: list[object] = []
        unfolded = chain.from_iterable(self.unfold(item) for item in items)
        for item in unfolded:
            probed.append(item)
            # What cannot be read at all is set aside, with its reason.
            known = any(dialect.knows(item) for dialect in self.dialects)
            if known or isinstance(item, UnreadableItem):
                return chain(probed, unfolded)
            if len(probed) == PROBE_ITEMS:
                break
        if probed:
            raise UnknownDialect(f"Aucun avis reconnu : {self.hint}.")
        return ()
