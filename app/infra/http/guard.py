"""What stands before every room: rate limits, bounds of the body, and the last resort."""

from app.infra.http.asgi import App, Message, Receive, Scope, Send, origin_of
from app.infra.http.body import Body
from app.infra.http.context import signed_in
from app.infra.http.errors import INTERNAL_ERROR, RateLimited, problem, unexpected
from app.infra.http.rates import Limits, credential_of

NUL_IN_ADDRESS = ("bad_request", "L'adresse contient un caractère interdit (NUL).")
BODY = "grappe.body"
"""Where a route that takes files finds its request's body in the scope."""
UNLIMITED = frozenset({"/healthz", "/readyz"})
"""An orchestrator that is refused would take the process down."""


class Guard:
    """Refuses what is too much, and answers for what nobody foresaw.

    Pure ASGI: a ``BaseHTTPMiddleware`` costs a task per request and hides disconnections.
    """

    def __init__(self, app: App, limits: Limits, max_body_bytes: int, body_seconds: float) -> None:
        self.app = app
        self.limits = limits
        self.max_body_bytes = max_body_bytes
        self.body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Of a header that comes twice, the first: as Starlette reads it.
        headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))
        answer = _Answer(send)
        body = None
        if b"content-length" in headers or b"transfer-encoding" in headers:
            body = Body(receive, headers, max_bytes=self.max_body_bytes, seconds=self.body_seconds)
            receive, answer.body = body.receive, body
            scope[BODY] = body
        credential = credential_of(scope, headers)
        signed_in.set(False)
        try:
            if not await self._refused(scope, receive, answer, credential):
                await self.app(scope, receive, answer.send)
        except Exception as error:
            unexpected(error)
            if answer.status:
                raise
            await problem(500, *INTERNAL_ERROR)(scope, receive, answer.send)
        if credential is not None:
            self.limits.learn(credential, signed_in=signed_in.get(), status=answer.status)
        if body is not None and answer.held:
            await body.drain()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _refused(
        self,
        scope: Scope,
        receive: Receive,
        answer: "_Answer",
        credential: str | None,
    ) -> bool:
        if scope["path"] not in UNLIMITED:
            ruling = self.limits.admit(scope["method"], credential, origin_of(scope))
            answer.headers = ruling.headers
            if ruling.wait:
                refusal = problem(
                    RateLimited.status,
                    RateLimited.code,
                    RateLimited.title,
                    headers={"Retry-After": str(ruling.wait)},
                )
                await refusal(scope, receive, answer.send)
                return True
        if b"%00" in scope.get("raw_path", b"") + scope["query_string"]:
            await problem(400, *NUL_IN_ADDRESS)(scope, receive, answer.send)
            return True
        return False


class _Answer:
    """The answer on its way: adds what the client has left, and holds the end of a refusal that
    leaves before the body has come."""

    __slots__ = ("_send", "body", "headers", "held", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.body: Body | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.status = 0
        self.held = False

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        waiting = self.body is not None and not self.body.complete
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self.headers]
            if waiting:
                message["headers"].append((b"connection", b"close"))
                self.held = True
        elif self.held and not message.get("more_body", False):
            message = {**message, "more_body": True}
        await self._send(message)
