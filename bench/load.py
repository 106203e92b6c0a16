"""The load: a keep-alive HTTP client, small enough not to be what is measured.

Run as its own process. Reads a ``Job`` as JSON on standard input, writes a ``Result``.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any, cast

import uvloop


@dataclass(frozen=True, slots=True)
class Job:
    """Ask ``requests`` (raw HTTP) in turn for ``seconds``, on ``connections`` at once."""

    port: int
    requests: list[str]
    seconds: float
    connections: int


@dataclass(slots=True)
class Result:
    """What came back. ``busy`` is the client's own share of a core: far below 1, or it limits."""

    answers: int = 0
    seconds: float = 0
    busy: float = 0
    faults: list[str] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One connection, one request in flight."""

    def __init__(self, requests: "cycle[bytes]", result: Result, until: float) -> None:
        self.requests = requests
        self.result = result
        self.until = until
        self.buffer = b""
        self.missing = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask first."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Count an answer once its last byte is here, then ask again."""
        if self.missing:
            self.missing -= len(data)
        else:
            self.buffer += data
            head, end, body = self.buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._check(head)
            self.missing = content_length(head) - len(body)
            self.buffer = b""
        if self.missing == 0:
            self.result.answers += 1
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, ours or the server's."""
        if exc is not None or time.monotonic() < self.until:
            self.result.faults.append(f"connection lost: {exc}")
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        if time.monotonic() < self.until:
            self.transport.write(next(self.requests))
        else:
            self.transport.close()

    def _check(self, head: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 200 "):
            self.result.faults.append(head.partition(b"\r\n")[0].decode())


def content_length(head: bytes) -> int:
    """The length that an answer's head announces, in bytes."""
    return int(head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])


async def run(job: Job) -> Result:
    """Put the load on, and say what came back."""
    result = Result()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_give_up)
    requests = cycle([request.encode() for request in job.requests])
    started, cpu = time.monotonic(), time.process_time()
    until = started + job.seconds
    opened = [
        await loop.create_connection(
            lambda: Connection(requests, result, until), "127.0.0.1", job.port
        )
        for _ in range(job.connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    result.seconds = time.monotonic() - started
    result.busy = (time.process_time() - cpu) / result.seconds
    result.faults = sorted(set(result.faults))
    return result


def _give_up(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A callback that fails would leave its connection waiting for ever."""
    sys.stderr.write(f"{context}\n")
    sys.exit(1)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(uvloop.run(run(Job(**json.load(sys.stdin)))))))
