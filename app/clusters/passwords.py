"""Passwords: argon2id, off the event loop (130 ms of one core each)."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_HASHER = PasswordHash((Argon2Hasher(),))
_NOBODY = _HASHER.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return await asyncio.to_thread(_HASHER.hash, password)


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password fits; an unknown person costs the same time as a known one."""
    fits = await asyncio.to_thread(_HASHER.verify, password, stored or _NOBODY)
    return fits and stored is not None
