"""Guessing: tries of a secret are counted before it is verified, and given back unless wrong.

Counted in PostgreSQL, so that every process knows of all tries. What is counted is an HMAC of a
mail address (known or not: both read alike) or of a network: nobody can be read from the table.
"""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from app.infra.db import Anyone, Database
from app.infra.secret import derived_key
from app.kernel.errors import AppError
from app.kernel.mail import normal_address
from app.kernel.networks import network_of
from app.people.domain import WrongGuess


class TooManyAttempts(AppError):
    """Too many wrong guesses about one account, or from one network."""

    status, code = 429, "too_many_attempts"
    title = "Trop d'essais : réessayez plus tard."

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.retry_after = seconds


@dataclass(frozen=True, slots=True)
class Limit:
    """So many wrong guesses within a time; ``purpose`` keeps its counters apart."""

    purpose: str
    most: int
    within: timedelta


HERE = Limit("account here", 10, timedelta(minutes=15))
"""About one account from one network."""
ACCOUNT = Limit("account", 50, timedelta(minutes=15))
"""About one account from all networks that it is not known from: at most 4,800 a day."""
KNOWN = Limit("known", 1, timedelta(days=30))
"""That an account was signed in to from a network: what strangers guess does not close it there."""
NETWORK = Limit("network", 100, timedelta(minutes=15))
RESETS = Limit("resets", 100, timedelta(hours=1))
"""Links for a new password, asked for from one network: each is a row, a job, perhaps a mail."""
CODE = Limit("code", 20, timedelta(days=1))
"""Second factors, by those who know the password: at three codes in a million, forty years."""


@dataclass(frozen=True, slots=True)
class Try:
    """One guess, and the limit that it counts under; ``about`` is never stored."""

    limit: Limit
    about: str


async def by_mail(database: Database, secret: str, email: str, caller: Anyone) -> list[Try]:
    """A guess about an account, from where the caller is.

    Whoever knows an address could close it to its owner by guessing, if all guesses counted
    together: they do not where the owner has signed in from of late.
    """
    tries = [_here(HERE, email, caller), by_network(NETWORK, caller)]
    values = {"key": _key(secret, _here(KNOWN, email, caller)), "now": caller.now}
    known = await database.statement("SELECT app.is_noted(:key, :now) AS known", values)
    return tries if known[0].known else [*tries, Try(ACCOUNT, normal_address(email))]


async def note_network(database: Database, secret: str, email: str, caller: Anyone) -> None:
    """Remember that an account was signed in to from the caller's network."""
    values = {
        "key": _key(secret, _here(KNOWN, email, caller)),
        "until": caller.now + KNOWN.within,
    }
    await database.statement("SELECT app.note(:key, :until)", values)


def by_network(limit: Limit, caller: Anyone) -> Try:
    """A try from the caller's network; where they come from stands for itself without one."""
    return Try(limit, _network(caller))


def _here(limit: Limit, email: str, caller: Anyone) -> Try:
    return Try(limit, f"{normal_address(email)}\0{_network(caller)}")


def _network(caller: Anyone) -> str:
    return network_of(caller.origin) or caller.origin


async def spend(database: Database, secret: str, tries: list[Try], now: datetime) -> list[bytes]:
    """Count tries for good, and give their keys. Raises TooManyAttempts."""
    limits = {_key(secret, one): one.limit for one in tries}
    keys = list(limits)
    counts = await database.statement(
        "SELECT key, count AS tries, until FROM app.count_attempts(:keys, :now, :ends)",
        {"keys": keys, "now": now, "ends": [now + limits[key].within for key in keys]},
    )
    passed = [row.until for row in counts if row.tries > limits[bytes(row.key)].most]
    if passed:
        raise TooManyAttempts(ceil((max(passed) - now).total_seconds()))
    return keys


@asynccontextmanager
async def counted(
    database: Database, secret: str, tries: list[Try], now: datetime
) -> AsyncIterator[None]:
    """Count tries, then let the body verify; they stay counted only if it raises WrongGuess.

    ``secret`` is the installation's. No connection is held meanwhile. Raises TooManyAttempts.
    """
    keys = await spend(database, secret, tries, now)
    try:
        yield
    except WrongGuess:
        raise
    except Exception:
        await _release(database, keys)
        raise
    await _release(database, keys)


async def once(database: Database, secret: str, one: Try, now: datetime) -> bool:
    """Whether this is the first of its kind: counted for good."""
    ends = [now + one.limit.within]
    counts = await database.statement(
        "SELECT count AS tries FROM app.count_attempts(:keys, :now, :ends)",
        {"keys": [_key(secret, one)], "now": now, "ends": ends},
    )
    return bool(counts[0].tries == 1)


async def _release(database: Database, keys: list[bytes]) -> None:
    await database.statement("SELECT app.release_attempts(:keys)", {"keys": keys})


def _key(secret: str, one: Try) -> bytes:
    message = f"{one.limit.purpose}\0{one.about}".encode()
    return hmac.digest(derived_key(secret, "attempts"), message, "sha256")
