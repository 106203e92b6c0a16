"""Identifiers: made by the server, sortable by birth, prefixed where people see them.

Ids are UUIDv7 (RFC 9562, 5.7) in the database and ``con_0190…`` (prefix, underscore, 32 hex
digits) outside. The server makes every id: one chosen by a client would tell, by its
conflict, that a row exists behind a wall.
"""

import os
import re
import time
from uuid import UUID

_BODY = re.compile(r"[0-9a-f]{32}\Z")


def new_id(unix_ms: int | None = None) -> UUID:
    """A fresh UUIDv7; ``unix_ms`` (milliseconds since 1970) defaults to now."""
    ms = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    noise = int.from_bytes(os.urandom(10), "big")
    value = (ms & (1 << 48) - 1) << 80 | 7 << 76 | (noise >> 68) << 64 | 2 << 62
    return UUID(int=value | noise & (1 << 62) - 1)


def encode(prefix: str, value: UUID) -> str:
    """The public form: ``encode("con", id)`` is ``con_`` and 32 hex digits."""
    return f"{prefix}_{value.hex}"


def decode(prefix: str, text: str) -> UUID:
    """The id inside a public form; raises ``ValueError`` on another prefix or a broken body."""
    head, _, body = text.partition("_")
    if head != prefix or not _BODY.match(body):
        raise ValueError(f"expected {prefix}_ and 32 hexadecimal digits")
    return UUID(hex=body)
