"""A search among a million notices: the product beside the floor, and beside Datasette.

One client asks each of them the same, one question after the other, in turn; the slowest of twenty
answers of a round counts, as a share of the other's in the same round.
"""

import gzip
import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles

from bench import data, datasette, million
from bench.cases import ITEMS
from bench.memory import FILE
from bench.million import Asked
from bench.processes import Server, free_port
from bench.shares import both
from tests.watch.boamp_samples import GOOD

QUESTIONS = 150
ROUNDS = 3
MOST_OF_FLOOR = 2.0
FLOOR, OURS, DATASETTE = "floor", "ours", "Datasette"

BOUNDS: dict[str, Callable[[float], bool]] = {
    FLOOR: lambda share: share <= MOST_OF_FLOOR,
    DATASETTE: lambda share: share < 1,
}
"""What ours may be as a share of each."""


@dataclass(frozen=True, slots=True)
class Searched:
    """The 95th percentile of each side, in seconds, round by round."""

    rounds: Mapping[str, list[float]]
    remark: str = ""

    def over(self, side: str) -> list[float]:
        """Ours as a share of another side's, round by round; empty when it was not asked."""
        pairs = zip(self.rounds[OURS], self.rounds.get(side, []), strict=False)
        return [ours / theirs for ours, theirs in pairs]

    def held(self, side: str) -> bool:
        """Whether the bound beside that side holds; what was not asked is said, and not held."""
        over = self.over(side)
        return not over or BOUNDS[side](median(over))

    @property
    def passed(self) -> bool:
        """Whether all bounds hold."""
        return all(self.held(side) for side in BOUNDS)


@dataclass(frozen=True, slots=True)
class Side:
    """A server, and how a question is put to it."""

    server: Server
    path: Callable[[Asked], str]
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, connection: http.client.HTTPConnection, asked: Asked) -> bytes:
        """The body of an answer; raises on any other than 200."""
        connection.request("GET", self.path(asked), headers=dict(self.headers))
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} to {self.path(asked)}: {body[:300]!r}")
        return body


def measure(
    superuser_url: str,
    owner_url: str,
    login_url: str,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
) -> Searched:
    """Fill, unless the notices are there; then ask."""
    owner, login = data.at(owner_url, million.DATABASE), data.at(login_url, million.DATABASE)
    tell(f"Filling {million.ROWS:,} notices to search in (kept for the next run) …")
    listed = titles(tell)
    million.fill(superuser_url, owner, login, listed, tell)
    questions = million.asked(owner, QUESTIONS)
    (cluster, token), *_ = data.clusters(owner, 1)
    urls = {"GRAPPE_DATABASE_URL": login, "GRAPPE_DATABASE_OWNER_URL": owner}
    with ExitStack() as stack:
        ours, floor = stack.enter_context(
            both({**environment, **urls}, data.open_floor(superuser_url, owner))
        )
        sides = {
            OURS: Side(ours, lambda one: one.path(ITEMS), {"Authorization": f"Bearer {token}"}),
            FLOOR: Side(floor, lambda one: one.floor_path(ITEMS, cluster)),
        }
        remark = datasette.missing()
        if not remark:
            tell("Filling Datasette's copy of them …")
            port = free_port()
            path = datasette.fill(owner)
            sides[DATASETTE] = Side(
                stack.enter_context(datasette.serving(path, port)), datasette.path_of
            )
        tell(f"Searching: {len(questions)} questions, {ROUNDS} rounds …")
        return Searched(_rounds(sides, questions), remark)


def titles(tell: Callable[[str], None]) -> list[tuple[str, str]]:
    """Real titles and buyers where there are some, else those of the tests' records."""
    if FILE.exists():
        known = json.loads(gzip.decompress(FILE.read_bytes()))
    else:
        tell(f"  NO REAL TITLES: {FILE.name} is not beside the project; the tests' own are used")
        known = list(GOOD.values())
    named = ((one["objet"], one["nomacheteur"]) for one in known)
    return [(title, buyer) for title, buyer in named if title and buyer]


def _rounds(sides: Mapping[str, Side], questions: list[Asked]) -> dict[str, list[float]]:
    lines = {
        name: http.client.HTTPConnection("127.0.0.1", side.server.port, timeout=60)
        for name, side in sides.items()
    }
    for asked in questions:  # not counted: pages come into memory, plans are made
        bodies = {name: side.ask(lines[name], asked) for name, side in sides.items()}
        ours, floor = (json.loads(bodies[name])["items"] for name in (OURS, FLOOR))
        if not ours or ours != floor:
            raise RuntimeError(f"{asked}: the floor does not give the same items")
    found: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        spent: dict[str, list[float]] = {name: [] for name in sides}
        for asked, names in zip(questions, _turns(list(sides)), strict=False):
            for name in names:
                begun = time.perf_counter()
                sides[name].ask(lines[name], asked)
                spent[name].append(time.perf_counter() - begun)
        for name, seconds in spent.items():
            found[name].append(quantiles(seconds, n=20)[-1])
    return found


def _turns(names: list[str]) -> Iterator[list[str]]:
    """Each comes first as often as the others: what one warms serves the next."""
    while True:
        names = [*names[1:], names[0]]
        yield names
