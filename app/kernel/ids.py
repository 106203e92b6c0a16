"""Identifiers: made by the server, sortable by birth, prefixed where people see them.

Ids are UUIDv7 (RFC 9562, 5.7) in the database and ``con_0190…`` (prefix, underscore, 32 hex
digits) outside. The server makes every id: one chosen by a client would tell, by its
conflict, that a row exists behind a wall.
"""

import os
import re
import threading
import time
from uuid import UUID

_BODY = re.compile(r"[0-9a-f]{32}\Z")
_NOISE_BITS = 74  # 12 beside the version, 62 beside the variant

_order = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A fresh UUIDv7, greater than every one that this process made before.

    Within a millisecond (or when the clock steps back) the random part grows by a random step:
    RFC 9562, 6.2, method 2. So rows made in an order keep it, and ids stay unguessable.
    """
    global _last  # noqa: PLW0603 - the order is the process's
    stamp = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big") >> 6
    with _order:
        value = max(stamp << _NOISE_BITS | noise, _last + 1 + (noise & 0xFFFFFFFF))
        _last = value
    stamp, high, low = value >> _NOISE_BITS, value >> 62 & 0xFFF, value & (1 << 62) - 1
    return UUID(int=stamp << 80 | 7 << 76 | high << 64 | 2 << 62 | low)


def encode(prefix: str, value: UUID) -> str:
    """The public form: ``encode("con", id)`` is ``con_`` and 32 hex digits."""
    return f"{prefix}_{value.hex}"


def decode(prefix: str, text: str) -> UUID:
    """The id inside a public form; raises ``ValueError`` on another prefix or a broken body."""
    head, _, body = text.partition("_")
    if head != prefix or not _BODY.match(body):
        raise ValueError(f"expected {prefix}_ and 32 hexadecimal digits")
    return UUID(hex=body)
