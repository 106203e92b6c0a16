"""The head of a request, from whoever can open a connection: bounded in bytes and in time."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest
import uvicorn

from app.infra.http import head
from app.infra.http.asgi import Receive, Scope, Send
from app.infra.http.head import MAX_HEAD_BYTES, BoundedHead

SECONDS = 0.5
BEGIN = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def greet(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer."""
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server that waits half a second for a head."""
    monkeypatch.setattr(head, "HEAD_SECONDS", SECONDS)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(greet, http=BoundedHead, lifespan="off", log_level="warning")
    )
    running = asyncio.create_task(server.serve(sockets=[listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await running


async def cut(reader: asyncio.StreamReader) -> bool:
    """Whether the server hangs up, without a word."""
    try:
        return await asyncio.wait_for(reader.read(100), 5) == b""
    except ConnectionError:
        return True


async def test_an_endless_header_is_cut_before_it_fills_the_memory(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(BEGIN)

    async def send_on() -> None:
        for _ in range(1_000):
            writer.write(b"X: " + b"a" * 8_000 + b"\r\n")
            await writer.drain()

    with pytest.raises(ConnectionError):
        await send_on()
    assert await cut(reader)
    writer.close()


@pytest.mark.parametrize("begun", [b"", b"GET / HT", BEGIN])
async def test_a_head_that_drips_or_never_comes_is_not_awaited(port: int, begun: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    started = time.monotonic()
    assert await cut(reader)
    assert time.monotonic() - started < SECONDS * 4
    writer.close()


async def test_the_next_head_of_a_connection_is_not_awaited_for_longer_than_the_first(
    port: int,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(BEGIN + b"\r\n")
    await asyncio.wait_for(reader.readuntil(b"hi"), 5)
    started = time.monotonic()
    writer.write(BEGIN)
    assert await cut(reader)
    assert time.monotonic() - started < SECONDS * 4
    writer.close()


async def test_one_connection_serves_many_whole_heads(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(4):
        await asyncio.sleep(SECONDS / 3)
        # In two pieces: what is counted is a head that is not whole yet, and no other before it.
        writer.write(BEGIN + b"X: " + b"a" * (MAX_HEAD_BYTES // 2))
        await asyncio.sleep(SECONDS / 10)
        writer.write(b"\r\n\r\n")
        answer = await asyncio.wait_for(reader.readuntil(b"hi"), 5)
        assert answer.startswith(b"HTTP/1.1 200")
    writer.close()
