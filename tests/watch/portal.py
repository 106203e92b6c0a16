"""The bulletin's portal, imitated by a real HTTP server on the loopback."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from app.infra.db import Database
from app.watch.service import Run, import_source
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


class Portal:
    """Serves ``records`` by pages; ``script`` answers first, one entry per request.

    ``total`` overrides the count that a query finds; ``on_request`` is called at each request.
    """

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.script: list[Answer] = []
        self.asked: list[Asked] = []
        self.total: Callable[[str], int | None] = lambda _where: None
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                portal.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Where the portal listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request, by the script or from the records."""
        parts = urlsplit(handler.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        headers = {key.lower(): value for key, value in handler.headers.items()}
        self.asked.append(Asked(parts.path, query, headers))
        answer = self.script.pop(0) if self.script else Answer(body=self._page(query))
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)

    def _page(self, query: dict[str, str]) -> bytes:
        where, offset, limit = query["where"], int(query["offset"]), int(query["limit"])
        found = [record for record in self.records if _holds(where, record["dateparution"])]
        found.sort(key=lambda record: (record["dateparution"], record["idweb"]))
        total = self.total(where)
        page = found[offset : offset + limit]
        count = len(found) if total is None else total
        return json.dumps({"total_count": count, "results": page}).encode()


def _holds(where: str, day: str) -> bool:
    return all(day >= bound if sign == ">=" else day < bound for sign, bound in _DAY.findall(where))


class Naps:
    """Sleeps that take no time, and are counted."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


CONTACT = "https://grappe.example/contact"


async def fetch(importer: Database, naps: Naps, *, sole: bool = False) -> Run:
    """Import from the portal at the fixed moment of tests."""
    run = await import_source(
        importer, "boamp", contact=CONTACT, clock=lambda: NOW, sleep=naps, sole=sole
    )
    assert run is not None
    return run


def today(count: int = 1, day: str = NOW.date().isoformat()) -> list[dict[str, Any]]:
    """Records published on that day."""
    return [slim(idweb(), dateparution=day) for _ in range(count)]
