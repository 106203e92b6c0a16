"""Passwords: argon2id, off the event loop (64 MB and 130 ms of a core each), a few at a time.

Whoever likes may try to sign in: without a bound, each try would take its memory at once, and
its thread from all that threads serve.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.people.domain import TooManySignIns, WeakPassword
from app.people.passwords.strength import weakness

HASHES_AT_ONCE = 2
WAITING_AT_MOST = 32
"""Two seconds' wait for the last one; who comes after is told to try again."""

Result = TypeVar("Result")
_HASHER = PasswordHash((Argon2Hasher(),))


class _Gate:
    """At most ``HASHES_AT_ONCE`` run and ``WAITING_AT_MOST`` wait, in the whole process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(HASHES_AT_ONCE, "password")
        self._inside = 0  # counted in the event loop's thread alone

    async def run(self, act: Callable[[], Result]) -> Result:
        """Do the act in a thread; raises TooManySignIns."""
        if self._inside >= HASHES_AT_ONCE + WAITING_AT_MOST:
            raise TooManySignIns
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, act)
        finally:
            self._inside -= 1


_gate = _Gate()


@cache
def _nobody() -> str:
    """A hash that no password fits; made on first use, since it takes 64 MB and 130 ms."""
    return _HASHER.hash("nobody has this password")


async def hash_new_password(password: str, known: Iterable[str]) -> str:
    """The hash of a password that someone chose; raises WeakPassword, TooManySignIns.

    ``known`` is what an attacker knows of the person.
    """

    def check() -> str:
        reason = weakness(password, known)
        if reason is not None:
            raise WeakPassword(reason)
        return _HASHER.hash(password)

    return await _gate.run(check)


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password fits; an unknown person costs the same time as a known one.

    Raises TooManySignIns.
    """

    def verify() -> bool:
        return _HASHER.verify(password, stored or _nobody()) and stored is not None

    return await _gate.run(verify)
