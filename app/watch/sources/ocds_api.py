"""OCDS over HTTP: publishers differ by address, paging and pace, which are their settings."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.watch.sources.failures import SourceFailure
from app.watch.sources.ocds_package import Package, opened, parsed
from app.watch.sources.publisher import Asked, Page
from app.watch.sources.settings import Zone, listed

MAX_PAGES = 5000
"""Pages of one window of time; the busiest publisher has tens."""

MAX_EMPTY = 3
"""Pages without a release after which a window is over, whatever link they bear."""

Name = Annotated[str, Field(min_length=1, max_length=60)]


class PagingStyle(StrEnum):
    """How a publisher lets one go through its answers."""

    LINKS = "links"
    """Each answer names the next one (``links.next``)."""
    PAGES = "pages"
    OFFSET = "offset"
    NONE = "none"
    """One answer holds all."""


class OcdsSettings(BaseModel):
    """How one publisher is asked.

    ``from`` and ``to`` are the names of its parameters for the days asked for, written by
    ``moment`` in its ``zone``, in windows of ``window_hours``; without them it is read whole.
    ``wait_on`` are statuses that mean "come back later", after ``wait_seconds`` unless it says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    paging: PagingStyle = PagingStyle.LINKS
    since: Name | None = Field(None, alias="from")
    until: Name | None = Field(None, alias="to")
    window_hours: Annotated[float, Field(ge=0.25, le=8784)] = 24
    moment: Annotated[str, Field(min_length=2, max_length=40)] = "%Y-%m-%dT%H:%M:%S"
    page: Name = "page"
    first_page: Annotated[int, Field(ge=0, le=1)] = 1
    offset: Name = "offset"
    limit: Name = "limit"
    page_items: Annotated[int, Field(ge=1, le=10_000)] = 100
    query: dict[Name, Annotated[str, Field(max_length=200)]] = Field(default={}, max_length=20)
    wait_on: Annotated[
        list[Annotated[int, Field(ge=400, le=599)]], Field(max_length=10), BeforeValidator(listed)
    ] = []
    wait_seconds: Annotated[int, Field(ge=1, le=3600)] = 300
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of time; both ends are None for a publisher that has no such question."""

    since: datetime | None = None
    until: datetime | None = None


_Position = str | int | None


async def pages(asked: Asked) -> AsyncIterator[Page]:
    """The packages of the days asked for, window after window, a page at a time.

    A cursor takes up the page after the one that bore it. Raises SourceFailure; pages that came
    before are good.
    """
    settings = OcdsSettings.model_validate(asked.settings)
    started, position = _place(asked.cursor)
    for window in _windows(asked, settings, started):
        async for page in _walk(asked, settings, window, position):
            yield page
        position = None


def _windows(asked: Asked, settings: OcdsSettings, started: datetime | None) -> Iterator[_Window]:
    if settings.since is None:
        yield _Window()
        return
    zone = ZoneInfo(settings.zone or "UTC")
    begin = started or datetime.combine(asked.since, time(), zone)
    end = asked.now
    if asked.until is not None:
        end = min(end, datetime.combine(asked.until + timedelta(days=1), time(), zone))
    if settings.until is None:
        yield _Window(begin, None)
        return
    while begin < end:
        after = min(begin + timedelta(hours=settings.window_hours), end)
        yield _Window(begin, after)
        begin = after


async def _walk(
    asked: Asked, settings: OcdsSettings, window: _Window, position: _Position
) -> AsyncIterator[Page]:
    met: set[_Position] = set()
    before, empty = b"", 0
    if position is None and settings.paging is not PagingStyle.LINKS:
        position = settings.first_page if settings.paging is PagingStyle.PAGES else 0
    for _ in range(MAX_PAGES):
        package, digest = await _ask(asked, settings, window, position)
        empty = 0 if package.items else empty + 1
        following = None if empty == MAX_EMPTY else _after(asked, settings, position, package)
        if following in met or (package.items and digest == before):
            raise SourceFailure("La source tourne en rond : elle redonne la même page.")
        yield Page(package.items, _cursor(window, following))
        if following is None:
            return
        met.add(following)
        before, position = digest, following
    raise SourceFailure(f"La source n'en finit pas : plus de {MAX_PAGES} pages.")


async def _ask(
    asked: Asked, settings: OcdsSettings, window: _Window, position: _Position
) -> tuple[Package, bytes]:
    waits = dict.fromkeys(settings.wait_on, float(settings.wait_seconds))
    accept = "application/json"
    if isinstance(position, str):
        answer = await asked.client.ask(position, accept=accept, waits=waits)
    else:
        query = _query(settings, window, position)
        answer = await asked.client.ask(asked.base_url, query, accept=accept, waits=waits)
    try:
        package = opened(await asyncio.to_thread(parsed, answer.body))
    except ValueError:
        raise SourceFailure(
            f"La source a répondu autre chose que du JSON ({answer.kind})."
        ) from None
    if not package.known:
        raise SourceFailure("La réponse n'a pas la forme attendue (releases, records).")
    return package, sha256(answer.body).digest()


def _query(settings: OcdsSettings, window: _Window, position: int | None) -> Mapping[str, str]:
    query = dict(settings.query)
    zone = ZoneInfo(settings.zone or "UTC")
    for name, at in (settings.since, window.since), (settings.until, window.until):
        if name is not None and at is not None:
            query[name] = at.astimezone(zone).strftime(settings.moment)
    if settings.paging is PagingStyle.PAGES:
        query[settings.page] = str(position)
    if settings.paging is PagingStyle.OFFSET:
        query |= {settings.offset: str(position), settings.limit: str(settings.page_items)}
    return query


def _after(
    asked: Asked, settings: OcdsSettings, position: _Position, package: Package
) -> _Position:
    """Where the next page is; None after the last one."""
    if settings.paging is PagingStyle.LINKS:
        return _on_host(asked.base_url, package.next) if package.next else None
    if settings.paging is PagingStyle.NONE or not package.items or not isinstance(position, int):
        return None
    return position + (1 if settings.paging is PagingStyle.PAGES else len(package.items))


def _on_host(base_url: str, link: str) -> str:
    """A link to the next page, on the source's own host and scheme. Raises SourceFailure."""
    base = httpx.URL(base_url)
    try:
        there = base.join(link)
    except (httpx.InvalidURL, ValueError):
        raise SourceFailure("La source donne une page suivante illisible.") from None
    # Behind a proxy some publishers write http for https: the way there stays ours.
    default = there.port in (None, base.port)
    if there.host != base.host or not default or there.scheme not in ("http", "https"):
        raise SourceFailure(f"La source renvoie vers un autre site ({there.host[:100]}).")
    return str(there.copy_with(scheme=base.scheme, port=base.port, userinfo=b""))


def _cursor(window: _Window, following: _Position) -> str:
    """Where a later run goes on: the window's beginning, or its end once it is all read."""
    at = window.since if following is not None else window.until
    return json.dumps({"from": at.isoformat() if at else None, "at": following})


def _place(cursor: str | None) -> tuple[datetime | None, _Position]:
    """The reverse. A cursor that says nothing to us begins anew."""
    try:
        said: Any = json.loads(cursor or "{}")
        since, position = said.get("from"), said.get("at")
        started = datetime.fromisoformat(since) if since else None
    except (ValueError, AttributeError, TypeError):
        return None, None
    return started, position if isinstance(position, str | int) else None
