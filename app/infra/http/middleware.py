"""The outermost layer of every request: id, security headers, log, metrics."""

import re
from time import perf_counter

import structlog

from app.infra.http.asgi import App, Message, Receive, Scope, Send
from app.infra.http.context import request_id
from app.infra.http.metrics import Metrics
from app.kernel.ids import new_id

_GIVEN = re.compile(rb"[A-Za-z0-9_-]{8,64}\Z")
_QUIET = {"/healthz", "/readyz", "/metrics"}
_PRIVATE = ("/v1/calendars/", "/v1/feeds/", "/v1/digest-refusals/")
"""What follows is a credential: it is not logged, whether or not it leads anywhere."""

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_HSTS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
"""Two years, as browsers' preload lists ask; ignored by browsers on plain HTTP (RFC 6797, 8.1)."""


class RequestContext:
    """Gives each request an id, logs it, and adds security headers to every answer.

    Pure ASGI: a ``BaseHTTPMiddleware`` costs a task per request and hides disconnections.
    """

    def __init__(self, app: App, metrics: Metrics, *, https: bool) -> None:
        self.app = app
        self.metrics = metrics
        # Bound once: the module's proxy would make a logger at every call.
        self.log = structlog.get_logger().bind()
        self.headers = [*_HEADERS, _HSTS] if https else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for key, value in scope["headers"] if key == b"x-request-id"), b"")
        name = given.decode() if _GIVEN.match(given) else f"req_{new_id().hex}"
        request_id.set(name)
        started = perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {key for key, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", name.encode()),
                    *[pair for pair in self.headers if pair[0] not in present],
                ]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            seconds = perf_counter() - started
            if scope["path"] not in _QUIET:
                self.metrics.observe(scope, status, seconds)
                self.log.info(
                    "request",
                    method=scope["method"],
                    path=_logged(scope["path"]),
                    status=status,
                    ms=round(seconds * 1000, 1),
                    request_id=name,
                )


def _logged(path: str) -> str:
    return next((f"{one}…" for one in _PRIVATE if path.startswith(one)), path)
