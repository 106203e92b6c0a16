"""A real SMTP server on loopback, and ones that misbehave: refuse, hang, hang up."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP
from pydantic import SecretStr

from app.settings import Settings

Answer = Callable[[str], Awaitable[str]]


@dataclass
class Postbox:
    """What arrived, in order; ``refusal`` is what the server says to each recipient instead."""

    port: int = 0
    refusal: str | None = None
    came: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    tried: int = 0

    @property
    def url(self) -> str:
        """The server as the settings name it."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """What arrived for one person."""
        return [one for one in self.came if one["To"] == address.lower()]

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a recipient, or say the refusal."""
        self.tried += 1
        if self.refusal is not None:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Keep the message."""
        content = envelope.original_content
        self.raw.append(content)
        self.came.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@asynccontextmanager
async def postbox(tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Postbox]:
    """A server that listens; with ``tls``, one that offers STARTTLS."""
    box = Postbox(**options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname="postbox.example", loop=loop, tls_context=tls), "127.0.0.1", 0
    )
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def silent(*, hang_up: bool) -> AsyncIterator[Postbox]:
    """Something that takes connections and hangs, or hangs up at once."""
    box = Postbox()
    held: list[asyncio.StreamWriter] = []

    async def meet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        box.tried += 1
        held.append(writer)
        if hang_up:
            writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        for writer in held:
            writer.close()
        server.close()
        await server.wait_closed()


def mailing(settings: Settings, box: Postbox, host: str = "127.0.0.1") -> Settings:
    """Settings whose mails go into the box."""
    return settings.model_copy(
        update={
            "smtp_url": SecretStr(f"smtp://{host}:{box.port}"),
            "mail_from": "Grappe <grappe@essai.example>",
            "public_url": "https://grappe.essai.example",
        }
    )
