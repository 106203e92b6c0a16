"""A tap on the wire between the API and PostgreSQL: it counts the round trips really made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from app.settings import Settings

READY = ord("Z")
"""ReadyForQuery: PostgreSQL sends it once to end each round trip, and once after sign-in."""


@dataclass
class Tap:
    """Round trips counted so far, over all connections; those of signing in are left out."""

    trips: int = 0

    def watch(self) -> "Answers":
        """Count on one more connection."""
        return Answers(self)


class Answers:
    """What PostgreSQL sends on one connection: a byte of type, four of length, a body."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._pending = bytearray()
        self._signed_in = False

    def feed(self, data: bytes) -> None:
        """Count the ends of round trips in what arrived."""
        self._pending += data
        while len(self._pending) >= 5:
            length = 1 + int.from_bytes(self._pending[1:5], "big")
            if len(self._pending) < length:
                return
            if self._pending[0] == READY:
                self._tap.trips += self._signed_in
                self._signed_in = True
            del self._pending[:length]


@asynccontextmanager
async def tapped(settings: Settings) -> AsyncIterator[tuple[Settings, Tap]]:
    """Settings whose database is behind a tap on the loopback."""
    url = make_url(settings.login_url())
    tap = Tap()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        folder, port = url.query["host"], url.query.get("port", url.port or 5432)
        back, out = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        answers = tap.watch()
        await asyncio.gather(_pump(reader, out), _pump(back, writer, answers))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    # Without encryption: what is counted must be readable.
    plain = url.set(host=host, port=port, query={"sslmode": "disable", "gssencmode": "disable"})
    async with server:
        hidden = SecretStr(plain.render_as_string(hide_password=False))
        yield settings.model_copy(update={"database_url": hidden}), tap


async def _pump(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, answers: Answers | None = None
) -> None:
    while data := await source.read(65_536):
        if answers is not None:
            answers.feed(data)
        sink.write(data)
        await sink.drain()
    sink.close()
