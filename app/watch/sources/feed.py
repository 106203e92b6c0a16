"""Atom and RSS: what buyers' own pages announce, one entry a notice.

A feed tells a title, a link and a day, and no deadline. It is read by the tree that refuses every
DOCTYPE and entity, and not by a feeds' library, which would read it again without that wall.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.watch.domain import Notice, NoticeKind, UnreadableItem
from app.watch.sources.body import titled
from app.watch.sources.deadline import day
from app.watch.sources.failures import SourceFailure
from app.watch.sources.publisher import Asked, Page
from app.watch.sources.settings import listed
from app.watch.sources.text import address, clean, clean_lines, without_tags
from app.watch.sources.tree import each
from app.watch.sources.xml_tree import decoded, parse
from app.watch.zones import department

ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
MAX_VALIDATOR = 500
NOT_MODIFIED = 304
MAX_ID = 300
"""Characters of an entry's own name; a longer one is told by its digest."""

NAMESPACES = frozenset(
    {
        "",
        "http://www.w3.org/2005/Atom",
        "http://purl.org/rss/1.0/",
        "http://purl.org/rss/1.0/modules/content/",
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/dc/terms/",
    }
)
"""Whose words count: a picture's title is no notice's."""


def _department(code: str) -> str:
    known = department(code)
    if known is None:
        raise ValueError("no department")
    return known


class FeedSettings(BaseModel):
    """What the operator knows of a feed that its entries do not say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: dict[str, Annotated[str, Field(max_length=500)]] = Field(default={}, max_length=20)
    buyer: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    departments: Annotated[
        list[Annotated[str, AfterValidator(_department)]],
        Field(max_length=30),
        BeforeValidator(listed),
    ] = []


async def pages(asked: Asked) -> AsyncIterator[Page]:
    """All entries of the feed: it holds what is recent, whatever the days asked for.

    None when it has not changed since it was last read whole, under the same address and
    settings. Raises SourceFailure.
    """
    if asked.cursor is not None:
        return  # a run that is taken over: its only page is stored
    settings = FeedSettings.model_validate(asked.settings)
    answer = await asked.client.ask(
        asked.base_url, settings.query or None, accept=ACCEPT, known=_conditions(asked)
    )
    if answer.status == NOT_MODIFIED:
        yield Page((), asked.ended)
        return
    try:
        found = await asyncio.to_thread(lambda: entries(decoded(answer.body)))
    except UnreadableItem as unreadable:
        raise SourceFailure(f"{unreadable} ({answer.kind})") from None
    if found is None:
        raise SourceFailure(f"La réponse n'est ni un flux Atom ni un flux RSS ({answer.kind}).")
    yield Page(found, _state(asked, answer.headers))


def _state(asked: Asked, headers: Mapping[str, str]) -> str:
    """What the feed says of the state that it is in, and how it was read."""
    said = {
        name: headers[name]
        for name in VALIDATORS
        if name in headers and len(headers[name]) <= MAX_VALIDATOR
    }
    return json.dumps({"read": _reading(asked), **said}, sort_keys=True)


def _conditions(asked: Asked) -> dict[str, str]:
    """What to ask with, so that an unchanged feed is not sent again."""
    try:
        state = json.loads(asked.ended or "{}")
    except ValueError:
        return {}
    if not isinstance(state, dict) or state.get("read") != _reading(asked):
        return {}
    return {VALIDATORS[name]: str(state[name]) for name in VALIDATORS if name in state}


def _reading(asked: Asked) -> str:
    """By what address and settings it is read: with others it must be read anew."""
    told = json.dumps([asked.base_url, dict(asked.settings)], sort_keys=True, default=str)
    return sha256(told.encode()).hexdigest()[:16]


def entries(text: str) -> list[object] | None:
    """The entries of a document, each with what its feed says of itself; None for another one.

    Raises UnreadableItem on what is no XML, on any DOCTYPE, and beyond the bounds.
    """
    name, root = parse(text)
    kind = name.rpartition("}")[2].lower()
    if kind not in ("feed", "rss", "rdf"):
        return None
    channel = next(iter(_children(root, "channel")), root)
    feed = {"title": _words(channel, "title"), "author": _words(channel, "author", "creator")}
    holders = [channel] if channel is root else [channel, root]
    return [
        {"feed": feed, "entry": entry}
        for holder in holders
        for entry in _children(holder, "entry", "item")
    ]


def unfolded(item: object) -> Iterator[object]:
    """The entries of a feed in a file; what is none stays as it is."""
    if isinstance(item, str):
        try:
            found = entries(item)
        except UnreadableItem:
            found = None
        if found is not None:
            yield from found
            return
    yield item


def knows(item: object) -> bool:
    """Whether an item is an entry of a feed."""
    return isinstance(item, dict) and item.keys() == {"feed", "entry"}


def read(item: object, settings: Mapping[str, Any]) -> Notice:
    """The notice that an entry tells of: its buyer is who publishes the feed.

    Raises ``UnreadableItem``, with a short reason in French, when it has no title or no day.
    """
    if not isinstance(item, dict):
        raise UnreadableItem("L'élément n'est pas une entrée de flux.")
    entry, feed = item.get("entry"), item.get("feed")
    title = clean(without_tags(_words(entry, "title")))
    published = [day(one) or _mail_day(one) for one in _dates(entry)]
    published_on = next((one for one in published if one), None)
    if not any(sign.isalnum() for sign in title):
        raise UnreadableItem("L'entrée n'a pas de titre lisible.")
    if published_on is None:
        raise UnreadableItem("L'entrée n'a pas de date lisible.")
    link = _link(entry)
    summary = without_tags(_words(entry, "summary", "description", "encoded", "content"))
    buyers = (
        settings.get("buyer"),
        _said(feed, "title"),
        _said(feed, "author"),
        clean(_words(entry, "author", "creator")),
    )
    return Notice(
        source_id=_number(entry, link, title, published_on),
        title=titled(title),
        buyer=next((name for name in buyers if name), ""),
        published_on=published_on,
        kind=NoticeKind.CALL,
        description=clean_lines(summary),
        departments=tuple(settings.get("departments") or ()),
        url=link,
    )


def _number(entry: object, link: str | None, title: str, published_on: date) -> str:
    named = clean(_words(entry, "id", "guid", "identifier")) or link or f"{published_on} {title}"
    return named if len(named) <= MAX_ID else sha256(named.encode()).hexdigest()


def _link(entry: object) -> str | None:
    """The page of an entry: the alternate link in Atom, the link or a permanent name in RSS."""
    for link in _children(entry, "link"):
        relation = link.get("@rel", "alternate") if isinstance(link, dict) else "alternate"
        written = link.get("@href") if isinstance(link, dict) else link
        if relation == "alternate" and isinstance(written, str) and (url := address(written)):
            return url
    return address(_words(entry, "guid", "id"))


def _dates(entry: object) -> Iterator[str]:
    for name in ("published", "pubDate", "issued", "date", "updated", "modified"):
        yield _words(entry, name).strip()


def _mail_day(written: str) -> date | None:
    """The day of a date as in mails, which RSS asks for, in its own offset."""
    try:
        return parsedate_to_datetime(written).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _children(node: object, *names: str) -> list[object]:
    """The children of these names, the first name first, in the namespaces that count."""
    if not isinstance(node, dict):
        return []
    found: list[object] = []
    for wanted in names:
        for key, value in node.items():
            space, _, name = str(key).rpartition("}")
            if name == wanted and space.removeprefix("{") in NAMESPACES:
                found += each(value)
    return found


def _words(node: object, *names: str) -> str:
    """All that the first child with words says, itself or in what it holds."""
    for child in _children(node, *names):
        held, texts = [child], []
        while held:
            one = held.pop()
            if isinstance(one, str):
                texts.append(one)
            elif isinstance(one, list):
                held += reversed(one)
            elif isinstance(one, dict):
                held += reversed([v for key, v in one.items() if not str(key).startswith("@")])
        if words := " ".join(texts).strip():
            return words
    return ""


def _said(feed: object, name: str) -> str:
    written = feed.get(name) if isinstance(feed, dict) else None
    return clean(without_tags(written)) if isinstance(written, str) else ""
