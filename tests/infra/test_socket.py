"""What only a real socket shows: slow bodies, closed connections, whose address it is."""

import asyncio
import json
import select
import socket
import time
from collections.abc import Iterator
from hashlib import sha256

import pytest
from sqlalchemy import text

from app.settings import Settings
from tests.test_server import free_port, serving, urls
from tests.world import World

pytestmark = pytest.mark.xdist_group("socket")

DEADLINE_SECONDS = 1.0
HEAD = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def port(settings: Settings) -> Iterator[int]:
    """A service that waits a second for bodies, believes no proxy, and counts few strangers."""
    chosen = free_port()
    environment = {
        "GRAPPE_WORKER": "false",
        "GRAPPE_BODY_TIMEOUT_SECONDS": str(DEADLINE_SECONDS),
        "GRAPPE_MAX_BODY_BYTES": "65536",
        "GRAPPE_RATE_LIMIT_ANONYMOUS_PER_MINUTE": "60",
        "GRAPPE_POOL_SIZE": "1",
    }
    with serving(chosen, **urls(settings), **environment):
        yield chosen


@pytest.fixture(scope="module")
def behind(settings: Settings) -> Iterator[int]:
    """The same behind a proxy on this machine."""
    chosen = free_port()
    environment = {
        "GRAPPE_WORKER": "false",
        "GRAPPE_TRUSTED_PROXIES": "127.0.0.1",
        "GRAPPE_RATE_LIMIT_ANONYMOUS_PER_MINUTE": "6",
    }
    with serving(chosen, **urls(settings), **environment):
        yield chosen


def answer_of(opened: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one answer; the connection may go on."""
    with opened.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers: dict[str, str] = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return status, headers, stream.read(int(headers["content-length"]))


def get(port: int, path: str, headers: str = "") -> tuple[int, dict[str, str], bytes]:
    """One GET, on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        opened.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        return answer_of(opened)


@pytest.mark.parametrize(
    ("head", "first", "drip"),
    [
        (b"Content-Length: 1000\r\n\r\n", b"{", b" "),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n", b"1\r\n \r\n"),
    ],
    ids=["announced", "chunked"],
)
def test_a_body_that_drips_is_cut_at_its_deadline(
    port: int, head: bytes, first: bytes, drip: bytes
) -> None:
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        opened.sendall(HEAD + head + first)
        # As long as nothing comes back: how soon that is depends on what else runs here.
        while not select.select([opened], [], [], DEADLINE_SECONDS / 4)[0]:
            opened.sendall(drip)
            assert time.monotonic() - started < DEADLINE_SECONDS * 20
        status, headers, body = answer_of(opened)
        assert (status, json.loads(body)["code"]) == (408, "body_too_slow")
        assert headers["connection"] == "close"
        assert opened.recv(1) == b""


def test_a_head_that_never_ends_is_cut(port: int) -> None:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as opened,
        pytest.raises(ConnectionError),
    ):
        opened.sendall(b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 5_000_000)


@pytest.mark.parametrize("path", ["/nowhere", "/v1/me", "/healthz"])
def test_a_body_that_nobody_asked_for_holds_nothing(port: int, path: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        opened.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1".encode())
        status, headers, _ = answer_of(opened)
        assert (status, headers["connection"]) == (404 if path == "/nowhere" else 405, "close")
        assert opened.recv(1) == b""


@pytest.mark.parametrize("announced", [True, False])
def test_whoever_sends_too_much_reads_why(port: int, announced: bool) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        if announced:
            opened.sendall(HEAD + b"Content-Length: 5000000\r\n\r\n" + b"x" * 5_000_000)
        else:
            opened.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(80):
                opened.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            opened.sendall(b"0\r\n\r\n")
        status, headers, body = answer_of(opened)
        assert (status, json.loads(body)["code"]) == (413, "body_too_large")
        assert headers["connection"] == "close"


def test_a_client_that_waits_to_be_asked_is_not_asked_for_too_much(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        opened.sendall(HEAD + b"Content-Length: 5000000\r\nExpect: 100-continue\r\n\r\n")
        assert answer_of(opened)[0] == 413


def test_a_body_that_comes_in_time_keeps_its_connection(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as opened:
        for _ in range(2):
            opened.sendall(HEAD + b"Content-Length: 2\r\n\r\n")
            time.sleep(DEADLINE_SECONDS / 5)
            opened.sendall(b"{}")
            status, headers, _ = answer_of(opened)
            assert (status, headers.get("connection")) == (422, None)


async def test_a_body_that_drips_holds_no_connection_of_the_database(
    port: int, world: World
) -> None:
    async with world.owner.transaction() as session:  # the service's clock is the real one
        await session.execute(
            text("UPDATE token SET expires_at = now() + interval '1 hour' WHERE hash = :hash"),
            {"hash": sha256(world.alpha.token.encode()).digest()},
        )
    head = (
        f"POST /v1/consortia/con_{'0' * 32}/agreements HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {world.alpha.token}\r\nIdempotency-Key: k\r\n"
    ).encode()
    # On a busy machine the answer may come after the deadline: held up, it would each time.
    for _ in range(5):
        if await _outrun(port, head):
            return
    pytest.fail("a body that drips holds up whole requests")


async def _outrun(port: int, head: bytes) -> bool:
    """Whether a whole request is answered while another's body drips."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as slow,
        socket.create_connection(("127.0.0.1", port), timeout=10) as quick,
    ):
        slow.sendall(head + b"Content-Length: 9\r\n\r\n1")
        await asyncio.sleep(DEADLINE_SECONDS / 4)
        quick.sendall(head + b"Content-Length: 0\r\n\r\n")
        assert answer_of(quick)[0] == 404
        return not select.select([slow], [], [], 0)[0]


def left(headers: dict[str, str]) -> int:
    """What the network has left, of an answer's headers."""
    return int(headers["ratelimit"].partition("r=")[2].partition(";")[0])


def test_a_spoofed_address_changes_nothing(port: int) -> None:
    last = left(get(port, "/nowhere")[1])
    for spoof in ("192.0.2.1", "2001:db8::1", "127.0.0.1"):
        headers = f"X-Forwarded-For: {spoof}\r\nForwarded: for={spoof}\r\nX-Real-IP: {spoof}\r\n"
        found = left(get(port, "/nowhere", headers)[1])
        assert found < last
        last = found
    assert get(port, "/metrics")[0] == 200
    assert get(port, "/metrics", "X-Forwarded-For: 127.0.0.1\r\n")[0] == 404


def test_a_trusted_proxy_says_whose_address_it_is(behind: int) -> None:
    first = left(get(behind, "/nowhere", "X-Forwarded-For: 192.0.2.1\r\n")[1])
    other = left(get(behind, "/nowhere", "X-Forwarded-For: 198.51.100.1\r\n")[1])
    spoofed = "X-Forwarded-For: 203.0.113.9, 192.0.2.1\r\n"
    assert first == other == left(get(behind, "/nowhere", spoofed)[1]) + 1
    assert get(behind, "/metrics", "X-Forwarded-For: 127.0.0.1\r\n")[0] == 404
