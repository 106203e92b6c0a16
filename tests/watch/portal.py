"""The bulletin's portal, imitated by a real HTTP server on the loopback."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.infra.db import Database
from app.watch.service import Asking, Run, import_source
from app.watch.sources.polite import Sleep
from tests.loopback import Loopback, send
from tests.watch.notices import idweb, slim
from tests.world import NOW

PATH = "/api/explore/v2.1/catalog/datasets/boamp/records"
_DAY = re.compile(r"dateparution (>=|<) date'([0-9-]{10})'")


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """An answer out of the ordinary."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


class Portal(Loopback):
    """Serves ``records`` by pages; ``script`` answers first, one entry per request.

    ``total`` overrides the count that a query finds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, Any]] = []
        self.script: list[Answer] = []
        self.asked: list[Asked] = []
        self.total: Callable[[str], int | None] = lambda _where: None

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request, by the script or from the records."""
        parts = urlsplit(handler.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        headers = {key.lower(): value for key, value in handler.headers.items()}
        self.asked.append(Asked(parts.path, query, headers))
        answer = self.script.pop(0) if self.script else self._page(query)
        send(handler, answer.body, answer.status, answer.headers)

    def _page(self, query: dict[str, str]) -> Answer:
        where, offset, limit = query["where"], int(query["offset"]), int(query["limit"])
        if limit > 100 or offset + limit > 10_000:
            return Answer(400, b'{"message": "offset + limit"}')
        found = [record for record in self.records if _holds(where, record["dateparution"])]
        down = query["order_by"] == "dateparution desc,idweb desc"
        found.sort(key=lambda record: (record["dateparution"], record["idweb"]), reverse=down)
        total = self.total(where)
        page = found[offset : offset + limit]
        count = len(found) if total is None else total
        return Answer(body=json.dumps({"total_count": count, "results": page}).encode())


def _holds(where: str, day: str) -> bool:
    return all(day >= bound if sign == ">=" else day < bound for sign, bound in _DAY.findall(where))


class Naps:
    """Sleeps that take no time, and are counted."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


CONTACT = "https://grappe.example/contact"


def asking(importer: Database, naps: Sleep, at: datetime = NOW) -> Asking:
    """How tests ask: at their fixed moment, without waiting."""
    return Asking(importer, contact=CONTACT, clock=lambda: at, sleep=naps)


async def fetch(importer: Database, naps: Naps, *, sole: bool = False) -> Run:
    """Import from the portal at the fixed moment of tests."""
    run = await import_source(asking(importer, naps), "boamp", sole=sole)
    assert run is not None
    return run


def today(count: int = 1, day: str = NOW.date().isoformat()) -> list[dict[str, Any]]:
    """Records published on that day."""
    return [slim(idweb(), dateparution=day) for _ in range(count)]
