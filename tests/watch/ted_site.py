"""TED, imitated by a real HTTP server on the loopback: its search, and its documents."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.watch.sources import Asked
from app.watch.sources.polite import PoliteClient
from tests.loopback import Loopback, send
from tests.watch.eforms_samples import notice
from tests.watch.portal import CONTACT, Naps
from tests.world import NOW

_DAY = re.compile(r"publication-date=([0-9]{8})\Z")
_DOCUMENT = re.compile(r"/en/notice/([0-9]+-[0-9]{4})/xml")
KEYS = {"query", "fields", "limit", "page", "scope", "paginationMode", "iterationNextToken"}


@dataclass(frozen=True)
class Said:
    """An answer out of the ordinary."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/xml"
    headers: tuple[tuple[str, str], ...] = ()


class Ted(Loopback):
    """Serves ``days`` by pages of ``limit``, and a document of each number.

    ``script`` answers searches first, ``documents`` override what stands under a number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.days: dict[str, list[str]] = {}
        self.script: list[Said | None] = []
        self.documents: dict[str, list[Said]] = {}
        self.searches: list[dict[str, Any]] = []
        self.fetched: Counter[str] = Counter()
        self.page_items = 250
        self.total: int | None = None

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a search or give a document."""
        length = int(handler.headers.get("content-length") or 0)
        body = handler.rfile.read(length)
        path = urlsplit(handler.path).path
        said = self._search(json.loads(body)) if length else self._document(path)
        send(handler, said.body, said.status, {"content-type": said.kind, **dict(said.headers)})

    def _search(self, asked: dict[str, Any]) -> Said:
        self.searches.append(asked)
        if self.script and (said := self.script.pop(0)) is not None:
            return said
        if set(asked) - KEYS or asked["limit"] > 250 or "scope" not in asked:
            return Said(400, b'{"message": "Validation error"}', "application/json")
        token = asked.get("iterationNextToken", "0")
        if not token.isdecimal():
            return Said(500, b"{}", "application/json")
        day = _DAY.search(asked["query"])
        numbers = self.days.get(day.group(1), []) if day else []
        start = int(token)
        page = numbers[start : start + self.page_items]
        envelope = {
            "notices": [{"publication-number": one, "links": {}} for one in page],
            "totalNoticeCount": len(numbers) if self.total is None else self.total,
            # It comes with the last page too.
            "iterationNextToken": str(start + len(page)),
            "timedOut": False,
        }
        return Said(200, json.dumps(envelope).encode(), "application/json")

    def _document(self, path: str) -> Said:
        found = _DOCUMENT.fullmatch(path)
        if found is None:
            return Said(404)
        number = found.group(1)
        self.fetched[number] += 1
        if scripted := self.documents.get(number):
            return scripted.pop(0) if len(scripted) > 1 else scripted[0]
        padded = f"{number.partition('-')[0]:0>8}-{number.partition('-')[2]}"
        return Said(body=notice(published=padded).encode())


@asynccontextmanager
async def asked_of(
    url: str, since: date, until: date, naps: Naps, *, cursor: str | None = None, **settings: Any
) -> AsyncIterator[Asked]:
    """What a run would ask of a source at this address."""
    async with httpx.AsyncClient(follow_redirects=False) as client:
        polite = PoliteClient(client, contact=CONTACT, pace_ms=0, clock=lambda: NOW, sleep=naps)
        yield Asked(polite, url, since, until, NOW, cursor=cursor, settings=settings)
