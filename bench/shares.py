"""Lists, as a share of the floor's requests per second."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from uuid import UUID

from bench.cases import CASES, CLUSTERS_ASKED, REQUIRED_SHARE, Case
from bench.data import clusters
from bench.load import Job
from bench.processes import Server, free_port, put_load, server

CONNECTIONS = 16
ROUNDS = 6
WARM_SECONDS = 1.5
SECONDS = 2.5
BUSY_CLIENT = 0.8
"""Share of its core above which the load generator would be what is measured."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one list reached: the product's requests over the floor's, round by round."""

    name: str
    rounds: tuple[float, ...]
    busiest_client: float

    @property
    def middle(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    @property
    def passed(self) -> bool:
        """Whether the list reached what is required."""
        return self.middle >= REQUIRED_SHARE


@dataclass(frozen=True, slots=True)
class Side:
    """A server and what it is asked, in turn."""

    server: Server
    targets: list[tuple[str, dict[str, str]]]

    def items(self) -> list[object]:
        """The items that each target gives, to compare the two sides."""
        return [json.loads(self.server.get(*target))["items"] for target in self.targets]

    def throughput(self, seconds: float) -> tuple[float, float]:
        """Answers per second, and the client's share of a core; raises on any fault."""
        requests = [
            f"GET {path} HTTP/1.1\r\nHost: bench\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            + "\r\n"
            for path, headers in self.targets
        ]
        result = put_load(Job(self.server.port, requests, seconds, CONNECTIONS))
        if result.faults or result.answers == 0:
            raise RuntimeError(f"faults under load: {result.faults}")
        return result.answers / result.seconds, result.busy


@contextmanager
def both(product_environment: dict[str, str], floor_url: str) -> Iterator[tuple[Server, Server]]:
    """The product as `grappe serve` runs it, and the floor, each one process."""
    port, floor_port = free_port(), free_port()
    floor_command = ["-m", "uvicorn", "bench.floor:app", "--port", str(floor_port)]
    floor_command += [
        "--loop",
        "uvloop",
        "--http",
        "httptools",
        "--no-access-log",
        "--log-level",
        "warning",
    ]
    product = {**product_environment, "GRAPPE_HOST": "127.0.0.1", "GRAPPE_PORT": str(port)}
    with (
        server(["-m", "app.cli", "serve"], product, port) as ours,
        server(floor_command, {"BENCH_FLOOR_URL": floor_url}, floor_port) as floor,
    ):
        yield ours, floor


def measure(ours: Server, floor: Server, owner_url: str) -> Iterator[Share]:
    """Each case, in rounds that alternate between the two servers."""
    callers = clusters(owner_url, CLUSTERS_ASKED)
    for case in CASES:
        yield _measure_case(case, ours, floor, callers)


def _measure_case(
    case: Case, ours: Server, floor: Server, callers: list[tuple[UUID, str]]
) -> Share:
    product = Side(
        ours, [(case.path, {"Authorization": f"Bearer {token}"}) for _, token in callers]
    )
    least = Side(floor, [(case.floor_target(cluster), {}) for cluster, _ in callers])
    if product.items() != least.items():
        raise RuntimeError(f"{case.name}: the floor does not give the same items")
    for side in (product, least):
        side.throughput(WARM_SECONDS)
    rounds, busy = [], [0.0]
    for number in range(ROUNDS):
        # A B, then B A: what drifts during a run falls on both sides.
        order = (product, least) if number % 2 else (least, product)
        measured = {id(side): side.throughput(SECONDS) for side in order}
        rounds.append(measured[id(product)][0] / measured[id(least)][0])
        busy += [client for _, client in measured.values()]
    if max(busy) > BUSY_CLIENT:
        raise RuntimeError(f"{case.name}: the load generator was the limit; nothing is measured")
    return Share(case.name, tuple(rounds), max(busy))
