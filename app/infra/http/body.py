"""A request's body as it comes: bounded in bytes and in time."""

import asyncio
from contextlib import suppress

from starlette.exceptions import HTTPException

from app.infra.http.asgi import Message, Receive
from app.infra.http.errors import BodyTooLarge, BodyTooSlow

MAX_DRAINED = 16_777_216
"""Bytes that are thrown away after a refusal, before the connection is cut."""


class Body:
    """The body of one request; what was not read of it is drained after the answer.

    A connection that is closed while the client still writes is reset, and a client that is reset
    may never read why: so the refusal goes first, and the rest is thrown away for a while.
    """

    def __init__(
        self, receive: Receive, headers: dict[bytes, bytes], *, max_bytes: int, seconds: float
    ) -> None:
        announced = headers.get(b"content-length", b"0")
        self.complete = announced == b"0" and b"transfer-encoding" not in headers
        self._receive = receive
        self._announced = int(announced) if announced.isdigit() else 0
        self._max_bytes = max_bytes
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._taken = 0

    def allow(self, max_bytes: int, seconds: float) -> None:
        """Take more than a request's usual body, before anything of it was read: a file."""
        self._max_bytes = max_bytes
        self._deadline = asyncio.get_running_loop().time() + seconds

    async def receive(self) -> Message:
        """The next part; raises HTTPException 413 or 408."""
        if self.complete:
            return await self._receive()
        if self._announced > self._max_bytes:
            raise HTTPException(BodyTooLarge.status)
        try:
            message = await self._next()
        except TimeoutError:
            raise HTTPException(BodyTooSlow.status) from None
        if self._taken > self._max_bytes:
            raise HTTPException(BodyTooLarge.status)
        return message

    async def drain(self) -> None:
        """Throw away what still comes, until the deadline."""
        with suppress(TimeoutError):
            while not self.complete and self._taken < MAX_DRAINED:
                await self._next()

    async def _next(self) -> Message:
        async with asyncio.timeout_at(self._deadline):
            message = await self._receive()
        self._taken += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        return message
