"""The outermost layer of every request: id, body bound, security headers, log, last resort."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any

import structlog
from starlette.exceptions import HTTPException

from app.infra.http.context import request_id
from app.infra.http.errors import INTERNAL_ERROR, problem, unexpected
from app.infra.http.metrics import Metrics
from app.kernel.ids import new_id

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_GIVEN = re.compile(rb"[A-Za-z0-9_-]{8,64}\Z")
NUL_IN_ADDRESS = ("bad_request", "L'adresse contient un caractère interdit (NUL).")
_QUIET = {"/healthz", "/readyz", "/metrics"}
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class RequestContext:
    """Gives each request an id, bounds its body, logs it, and adds security headers.

    Pure ASGI: a ``BaseHTTPMiddleware`` costs a task per request and hides disconnections.
    """

    def __init__(self, app: App, metrics: Metrics, max_body_bytes: int) -> None:
        self.app = app
        self.metrics = metrics
        # Bound once: the module's proxy would make a logger at every call.
        self.log = structlog.get_logger().bind()
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        name = given.decode() if _GIVEN.match(given) else f"req_{new_id().hex}"
        request_id.set(name)
        started = perf_counter()
        status, status_sent = 500, False

        async def answer(message: Message) -> None:
            nonlocal status, status_sent
            if message["type"] == "http.response.start":
                status, status_sent = message["status"], True
                present = {key for key, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", name.encode()),
                    *[pair for pair in _HEADERS if pair[0] not in present],
                ]
            await send(message)

        try:
            if b"%00" in scope.get("raw_path", b"") + scope["query_string"]:
                await problem(400, *NUL_IN_ADDRESS)(scope, receive, answer)
                return
            await self.app(scope, self._bounded(headers, receive), answer)
        except Exception as error:
            unexpected(error)
            if status_sent:
                raise
            await problem(500, *INTERNAL_ERROR)(scope, receive, answer)
        finally:
            seconds = perf_counter() - started
            if scope["path"] not in _QUIET:
                self.metrics.observe(scope, status, seconds)
                self.log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    ms=round(seconds * 1000, 1),
                    request_id=name,
                )

    def _bounded(self, headers: dict[bytes, bytes], receive: Receive) -> Receive:
        announced = headers.get(b"content-length", b"0")
        length = int(announced) if announced.isdigit() else 0
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            if length > self.max_body_bytes:
                raise HTTPException(413)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.max_body_bytes:
                raise HTTPException(413)
            return message

        return bounded
