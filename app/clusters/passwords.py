"""Passwords: argon2id, off the event loop (130 ms of one core each)."""

import asyncio
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_HASHER = PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    """A hash that no password fits; made on first use, since it takes 64 MB and 130 ms."""
    return _HASHER.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password fits; an unknown person costs the same time as a known one."""

    def verify() -> bool:
        return _HASHER.verify(password, stored or _nobody()) and stored is not None

    return await asyncio.to_thread(verify)
