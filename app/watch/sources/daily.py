"""Sources that list the notices of a day, and give each as an XML document of its own.

The numbers of a day are known before its first document is asked for, and are asked for in their
order: whatever order the source lists them in, one resumes after the last one stored.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta

from app.watch.domain import UnreadableItem
from app.watch.sources.failures import SourceFailure
from app.watch.sources.polite import Answer, PoliteClient
from app.watch.sources.publisher import Asked, Document, Page
from app.watch.sources.xml_tree import decoded

PAGE_ITEMS = 25
PAGE_CHARACTERS = 4_000_000
"""Of documents held at once."""

MAX_STRIKES = 3
"""Documents in a row that could not be had: it is the source that fails, and not they."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The numbers of a day's notices; ``lost`` were announced and not listed."""

    numbers: frozenset[str]
    lost: int = 0


Lister = Callable[[Asked, date], Awaitable[Listing]]
Locator = Callable[[Asked, date, str], str]


async def walk(asked: Asked, lister: Lister, locator: Locator) -> AsyncIterator[Page]:
    """The documents of each day asked for, oldest day first, some at a time.

    One that cannot be had is set aside; several in a row end the run, after those that came.
    Raises SourceFailure, in the end too when notices that were announced have been lost.
    """
    first, done = _resumed(asked)
    last = asked.until or asked.today
    lost = strikes = 0
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        listing = await lister(asked, day)
        lost += listing.lost
        items: list[object] = []
        for number in sorted(listing.numbers, key=_rank):
            if day == first and done is not None and _rank(number) <= _rank(done):
                continue
            item = await document(asked.client, locator(asked, day, number))
            strikes = strikes + 1 if isinstance(item, UnreadableItem) else 0
            items.append(item)
            if strikes == MAX_STRIKES:
                yield Page(items)
                raise SourceFailure(f"{MAX_STRIKES} avis de suite sont illisibles : {item}")
            if len(items) == PAGE_ITEMS or _weight(items) > PAGE_CHARACTERS:
                yield Page(items, f"{day} {number}")
                items = []
        if items:
            yield Page(items, f"{day} {number}")
    if lost:
        raise SourceFailure(f"La source a annoncé {lost} avis qu'elle n'a pas donnés.")


async def document(client: PoliteClient, url: str) -> Document | UnreadableItem:
    """The XML document at an address; an ``UnreadableItem`` when it does not arrive.

    One that its source fails to give, however often it is asked, must not keep the others out.
    Raises SourceFailure when the source wants no more requests for now.
    """
    try:
        answer = await client.ask(url, accept="application/xml")
        if _is_page(answer):
            return UnreadableItem("La source a répondu une page au lieu d'un avis.", url)
        if not answer.body.strip():
            return UnreadableItem("La source a répondu un document vide.", url)
        return Document.at(url, decoded(answer.body))
    except SourceFailure as failure:
        if failure.quiet_until is not None:
            raise
        return UnreadableItem(failure.detail or failure.title, url)
    except UnreadableItem as unreadable:
        return UnreadableItem(str(unreadable), url)


def _is_page(answer: Answer) -> bool:
    start = answer.body[:200].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) or (
        "html" in answer.kind and not start.startswith(b"<?xml")
    )


def _resumed(asked: Asked) -> tuple[date, str | None]:
    """The day to begin with, and the last number stored of it; the start of all, if unknown."""
    day, _, number = (asked.cursor or "").partition(" ")
    try:
        reached = date.fromisoformat(day)
        _rank(number)
    except ValueError:
        return asked.since, None
    return (reached, number) if reached >= asked.since else (asked.since, None)


def _rank(number: str) -> list[int]:
    return [int(part) for part in number.split("-")]


def _weight(items: list[object]) -> int:
    return sum(len(item) for item in items if isinstance(item, str))
