"""A publisher of OCDS, imitated by a real HTTP server on the loopback."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from app.watch.sources import Asked, Page
from app.watch.sources.ocds_api import pages
from app.watch.sources.polite import PoliteClient
from tests.loopback import Loopback, send
from tests.watch.ocds_samples import Json, release
from tests.watch.portal import CONTACT, Answer, Naps
from tests.world import NOW

PATH = "/api/packages"
PAGE_ITEMS = 2


def releases(count: int, day: str = "2026-03-01") -> list[Json]:
    """Releases of as many processes, published on that day an hour apart."""
    return [
        release(ocid=f"ocds-t3st01-{day}-{n}", id=f"{day}-{n}", date=f"{day}T{n % 24:02}:00:00Z")
        for n in range(count)
    ]


class Publisher(Loopback):
    """Serves ``releases`` by pages of two, by link, page or offset; ``script`` answers first.

    ``parameters`` are its names of the two ends of a window, ``link`` what it writes as the next,
    ``drips`` the seconds between two bytes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.releases: list[Json] = []
        self.script: list[Answer] = []
        self.asked: list[dict[str, str]] = []
        self.parameters = ("from", "to")
        self.link = "{url}{path}?{query}&cursor={cursor}"
        self.drips = 0.0

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request, by the script or from the releases."""
        parts = urlsplit(handler.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.asked.append(query)
        answer = self.script.pop(0) if self.script else Answer(body=self._page(query))
        if self.drips:
            self._drip(handler, answer.body)
        else:
            send(handler, answer.body, answer.status, answer.headers)

    def _drip(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        for byte in body:
            handler.wfile.write(bytes([byte]))
            time.sleep(self.drips)

    def _page(self, query: dict[str, str]) -> bytes:
        since, until = (query.get(name, "") for name in self.parameters)
        found = [
            one
            for one in self.releases
            if (not since or one["date"][:19] >= since) and (not until or one["date"][:19] < until)
        ]
        start = int(query.get("cursor") or query.get("offset") or 0)
        if "page" in query:
            start = (int(query["page"]) - 1) * PAGE_ITEMS
        package: dict[str, Any] = {"releases": found[start : start + PAGE_ITEMS]}
        if start + PAGE_ITEMS < len(found):
            kept = "&".join(f"{key}={value}" for key, value in query.items() if key != "cursor")
            link = self.link.format(url=self.url, path=PATH, query=kept, cursor=start + PAGE_ITEMS)
            package["links"] = {"next": link}
        return json.dumps(package).encode()


@dataclass
class Reading:
    """One run over a publisher's pages."""

    publisher: Publisher
    naps: Naps = field(default_factory=Naps)
    pace_ms: int = 0
    since: date = date(2026, 3, 1)
    until: date | None = date(2026, 3, 1)
    now: datetime = NOW
    cursor: str | None = None

    @asynccontextmanager
    async def pages(self, **settings: Any) -> AsyncIterator[AsyncIterator[Page]]:
        """The pages under these settings."""
        async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
            polite = PoliteClient(
                client,
                contact=CONTACT,
                pace_ms=self.pace_ms,
                clock=lambda: self.now,
                sleep=self.naps,
            )
            asked = Asked(
                polite,
                self.publisher.url + PATH,
                since=self.since,
                until=self.until,
                now=self.now,
                cursor=self.cursor,
                settings=settings,
            )
            yield pages(asked)

    async def ids(self, **settings: Any) -> list[str]:
        """The releases that came, by id."""
        async with self.pages(**settings) as coming:
            return [one["id"] async for page in coming for one in page.items]  # type: ignore[index]
