"""The head of a request, as it comes: bounded in bytes and in time, as its body is.

uvicorn's parser bounds neither: one connection alone, before anyone knows whose it is, would fill
the memory with a header that never ends.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 65_536
"""Twice what proxies let through."""
HEAD_SECONDS = 20.0


class BoundedHead(HttpToolsProtocol):
    """A connection that is cut when the head of a request grows or takes too long."""

    _awaited: asyncio.TimerHandle | None = None
    _bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Await the first head."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Parse, then count what belongs to a head that is not whole yet."""
        before = self._awaited
        super().data_received(data)
        if self._awaited is None:
            return
        self._bytes = self._bytes + len(data) if self._awaited is before else 0
        if self._bytes > MAX_HEAD_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Await the rest of a head that has begun."""
        super().on_message_begin()
        if self._awaited is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._stop_awaiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._stop_awaiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._bytes = 0
        self._awaited = self.loop.call_later(HEAD_SECONDS, self._cut)

    def _stop_awaiting(self) -> None:
        if self._awaited is not None:
            self._awaited.cancel()
        self._awaited = None

    def _cut(self) -> None:
        self.transport.abort()
