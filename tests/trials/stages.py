"""Each source of the watch, played by a server on the loopback that misbehaves; and a folder.

A stage publishes notices of one day, under numbers it is given, and one that cannot be read.
"""

import json
import os
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from random import Random
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from xml.sax.saxutils import escape

from tests.loopback import Loopback, send
from tests.watch import ted_site
from tests.watch.boamp_documents import document
from tests.watch.eforms_samples import FOLDER, notice, project
from tests.watch.notices import national, slim
from tests.watch.portal import Answer, Portal
from tests.world import NOW

DAY = NOW.date().isoformat()
LONGEST_MS = 120
"""After the answer that a kill follows: a page takes less to be read and stored."""
OCDS_PAGE = 20
_ENTRY = "<entry><id>{0}</id><title>{1}</title>{2}</entry>"


class Stage(Loopback):
    """A source that answers badly now and then, and is asked by somebody who gets killed.

    ``notices`` are titles by number; ``counts`` how many it publishes at a time.
    """

    source: ClassVar[str]
    kind: ClassVar[str]
    settings: ClassVar[dict[str, Any]] = {}
    counts: ClassVar[tuple[int, ...]] = (1, 24, 25, 70, 130)
    path: ClassVar[str] = ""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random
        self.notices: dict[str, str] = {}
        self.badly = 0.0
        self.requests = 0
        self.last = Answer()
        self.deadly: tuple[int, Callable[[], None]] | None = None
        self._turn = threading.Lock()

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request; at the deadly one, the kill comes a moment later."""
        length = int(handler.headers.get("content-length") or 0)
        body = handler.rfile.read(length)
        with self._turn:
            self.requests += 1
            if self.deadly and self.requests == self.deadly[0]:
                threading.Timer(self.random.random() * LONGEST_MS / 1000, self.deadly[1]).start()
        said = self._spoilt(self.answer(handler.path, body))
        send(handler, said.body, said.status, said.headers)

    def answer(self, path: str, body: bytes) -> Answer:
        """What an honest source says."""
        raise NotImplementedError

    def here(self) -> dict[str, str]:
        """What this one's settings say besides."""
        return {}

    def odd(self) -> list[Answer]:
        """What only a source of this kind gets wrong."""
        return []

    def publish(self, numbers: list[int], title: str) -> None:
        """Notices of today under these numbers, and none of those before."""
        self.notices = {self.named(number): title for number in numbers}

    def named(self, number: int) -> str:
        """The source's own way of writing a number."""
        return f"26-{number}"

    def lasts(self, count: int) -> int:
        """About how many requests an import of so many notices makes."""
        return count + 4

    def be(self, badly: float) -> None:
        """Answer badly as often, from now on."""
        self.badly = badly

    def kill(self, act: Callable[[], None], after: int) -> None:
        """Do so a moment after that many requests from now."""
        self.deadly = (self.requests + after, act)

    def _spoilt(self, good: Answer) -> Answer:
        if self.random.random() >= self.badly:
            self.last = good
            return good
        cut = good.body[: len(good.body) * self.random.randrange(100) // 100]
        whole = {"content-length": str(len(good.body))}
        return self.random.choice(
            [
                Answer(429, headers={"retry-after": "0"}),
                Answer(429),
                Answer(500),
                Answer(200, b"<!doctype html><p>Maintenance", {"content-type": "text/html"}),
                Answer(200, b""),
                Answer(200, cut),
                Answer(200, cut, whole),
                *self.odd(),
            ]
        )


class Bulletin(Stage, Portal):
    """BOAMP's API."""

    source = kind = "boamp"
    counts = (1, 99, 100, 250, 430)

    def answer(self, path: str, body: bytes) -> Answer:  # noqa: ARG002 - it is asked with GET
        """One page of records."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
        records = [slim(one, title, dateparution=DAY) for one, title in self.notices.items()]
        self.records = [*records, {"idweb": "26-?", "dateparution": DAY}]
        return self._page(query)

    def odd(self) -> list[Answer]:
        """A page that comes twice, and so another that is lost; a page of nonsense."""
        strange = b'{"total_count": 1, "results": [null, 7, {"idweb": "?"}]}'
        return [self.last, Answer(200, strange)]

    def lasts(self, count: int) -> int:
        """Four days, of which three are empty."""
        return count // 100 + 4


class Flux(Stage):
    """BOAMP's folders of XML: one a day, a file for each notice."""

    source, kind = "boamp-xml", "boamp_xml"
    _file = re.compile(rf"/{NOW:%Y/%m/%d}/(26-[0-9]+)\.xml")

    def answer(self, path: str, body: bytes) -> Answer:  # noqa: ARG002 - it is asked with GET
        """The page of a folder, or a file of it."""
        if path == f"/{NOW:%Y/%m/%d}/":
            links = "".join(f'<a href="{one}.xml">' for one in ["26-1", *self.notices])
            return Answer(body=f'<html>Index of<a href="../">{links}</html>'.encode())
        found = self._file.fullmatch(path)
        if found is None:
            return Answer(404)
        known = self.notices.get(found[1])
        record = national(found[1], known or "?", dateparution=DAY)
        return Answer(body=document(record).encode())


class Ted(Stage, ted_site.Ted):
    """TED's search, and the document of each notice."""

    source = kind = "ted"

    def here(self) -> dict[str, str]:
        """Documents are where the search is."""
        return {"documents": self.url}

    def named(self, number: int) -> str:
        """A publication number: eight digits at most."""
        return f"{number % 100_000_000 + 2}-2026"

    def answer(self, path: str, body: bytes) -> Answer:
        """A page of numbers, or an eForms document."""
        self.days = {f"{NOW:%Y%m%d}": ["1-2026", *self.notices]}
        if body:
            said = self._search(json.loads(body))
            return Answer(said.status, said.body)
        number = urlsplit(path).path.split("/")[-2]
        whole = notice(published=number, about=project(self.notices.get(number, "?")))
        # Each is a procedure of its own.
        alone = UUID(int=int(number.partition("-")[0]))
        return Answer(body=whole.replace(FOLDER, str(alone)).encode())


class Ocds(Stage):
    """A publisher of release packages, a page after the other."""

    source, kind = "played-ocds", "ocds"
    settings: ClassVar[dict[str, Any]] = {"from": "since", "to": "until"}
    counts = (1, 19, 20, 70, 130)
    path = "/packages"

    def named(self, number: int) -> str:
        """A process and its release."""
        return f"ocds-{number}/1"

    def answer(self, path: str, body: bytes) -> Answer:  # noqa: ARG002 - it is asked with GET
        """One page of a stretch of time."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
        at = f"{DAY}T00:00:01"
        releases: list[Any] = []
        if query["since"] <= at < query["until"]:
            releases = [
                {
                    "ocid": one.partition("/")[0],
                    "id": "1",
                    "date": f"{at}Z",
                    "tag": ["tender"],
                    "tender": {"id": one, "title": title},
                }
                for one, title in self.notices.items()
            ]
            releases.append({"ocid": "none", "id": "1", "date": f"{at}Z", "tag": ["tender"]})
        start = int(query.get("start", 0))
        package: dict[str, Any] = {"releases": releases[start : start + OCDS_PAGE]}
        if start + OCDS_PAGE < len(releases):
            here = f"since={query['since']}&until={query['until']}"
            link = f"{self.url}{self.path}?{here}&start={start + OCDS_PAGE}"
            package["links"] = {"next": link}
        return Answer(body=json.dumps(package).encode())

    def lasts(self, count: int) -> int:
        """Four days, of which three are empty."""
        return count // OCDS_PAGE + 4


class Feed(Stage):
    """A buyer's Atom feed: one answer holds all."""

    source, kind = "played-feed", "feed"
    path = "/atom"

    def answer(self, path: str, body: bytes) -> Answer:  # noqa: ARG002 - it is asked with GET
        """The whole feed; one entry has no day."""
        updated = f"<updated>{DAY}T08:00:00Z</updated>"
        entries = [
            _ENTRY.format(one, escape(title), updated) for one, title in self.notices.items()
        ]
        entries.append(_ENTRY.format("none", "Sans date", ""))
        inner = "".join(entries)
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Ville</title>{inner}</feed>'
        return Answer(body=feed.encode())

    def lasts(self, count: int) -> int:  # noqa: ARG002 - however many there are
        """Once."""
        return 1


class Folder(Stage):
    """A folder of the operator's: asked for nothing, and its reader killed at any moment."""

    source, kind = "played-folder", "folder"
    counts = Bulletin.counts

    def __init__(self, random: Random, inbox: Path) -> None:
        super().__init__(random)
        self.inbox = inbox
        self.written = NOW.timestamp() - 1e6

    def publish(self, numbers: list[int], title: str) -> None:
        """One file holds all."""
        super().publish(numbers, title)
        self._write()

    def be(self, badly: float) -> None:
        """Cut the file as often; what is written anew bears another moment."""
        super().be(badly)
        self._write()

    def here(self) -> dict[str, str]:
        """Its path."""
        return {"path": str(self.inbox)}

    def _write(self) -> None:
        records = [slim(one, title, dateparution=DAY) for one, title in self.notices.items()]
        body = json.dumps([*records, {"idweb": "26-?", "dateparution": DAY}]).encode()
        if self.random.random() < self.badly:
            body = body[: len(body) * self.random.randrange(100) // 100]
        file = self.inbox / "notices.json"
        if not file.exists() or file.read_bytes() != body:
            file.write_bytes(body)
            self.written += 1
            os.utime(file, (self.written, self.written))

    def kill(self, act: Callable[[], None], after: int) -> None:  # noqa: ARG002 - no requests
        """Do so while the file is read, or thereabouts."""
        threading.Timer(self.random.random() * LONGEST_MS * 5 / 1000, act).start()
