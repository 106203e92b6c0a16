"""Rate limits: budgets of requests per minute, counted in this process, in bounded memory.

A budget refills steadily and may be spent at once (the generic cell rate algorithm, ITU-T I.371):
one number per key, so that to count costs a microsecond and to forget costs nothing.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from math import ceil
from typing import NamedTuple

from fastapi import Request

from app.infra.http.asgi import NOWHERE, Scope
from app.infra.http.credential import bearer_token, unchecked
from app.kernel.networks import network_of
from app.kernel.scopes import READING

MINUTE = 60.0
MAX_KEYS = 20_000
"""Keys that one table holds. The oldest go first: whoever is forgotten starts with a whole budget,
which is no gain over coming from yet another address."""


class Left(NamedTuple):
    """What a key has left of a budget. ``wait`` is above zero when nothing is, in seconds."""

    requests: int
    whole_in: float
    wait: float


class Budget:
    """So many requests a minute for each key."""

    def __init__(self, name: str, per_minute: int, max_keys: int = MAX_KEYS) -> None:
        self.name = name
        self.policy = f'"{name}";q={per_minute};w={MINUTE:.0f}'
        self._spacing = MINUTE / per_minute
        self._whole_at: OrderedDict[str, float] = OrderedDict()
        self._max_keys = max_keys

    def take(self, key: str, now: float) -> Left:
        """Count one request, unless nothing is left: a refusal costs no more of the budget."""
        before = self._whole_at.get(key, now)
        after = max(before, now) + self._spacing
        room = now + MINUTE - after
        # A float's rounding must not cost a client its last request.
        if room < -1e-6:
            return Left(0, before - now, -room)
        if before == now and len(self._whole_at) >= self._max_keys:
            self._whole_at.popitem(last=False)
        self._whole_at[key] = after
        return Left(int(room / self._spacing + 1e-6), after - now, 0)


class Ruling(NamedTuple):
    """Whether a request may pass: ``wait`` is in seconds, above zero when it may not."""

    headers: list[tuple[bytes, bytes]]
    wait: int


FREE = Ruling([], 0)
"""Nothing is counted."""


class Limits:
    """The budgets of one process: of a credential, of its writes, of an address without any.

    A credential counts for itself once it has opened the database. Until then it may be made up,
    and its requests count for the address that they come from.
    """

    def __init__(
        self,
        *,
        per_minute: int,
        writes_per_minute: int,
        anonymous_per_minute: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._all = _budget("requests", per_minute)
        self._writes = _budget("writes", writes_per_minute)
        self._anonymous = _budget("anonymous", anonymous_per_minute)
        self._proven: OrderedDict[str, None] = OrderedDict()
        self._clock = clock

    def admit(self, method: str, credential: str | None, address: str) -> Ruling:
        """Count a request against the budgets that concern it."""
        if credential is not None and credential in self._proven:
            key = credential
            budgets = [self._all] if method in READING else [self._all, self._writes]
        else:
            key, budgets = network_of(address) or NOWHERE, [self._anonymous]
        now = self._clock()
        counted = [(budget, budget.take(key, now)) for budget in budgets if budget]
        if not counted:
            return FREE
        policy = ", ".join([budget.policy for budget, _ in counted])
        left = ", ".join(
            [f'"{budget.name}";r={one.requests};t={ceil(one.whole_in)}' for budget, one in counted]
        )
        wait = max([one.wait for _, one in counted])
        return Ruling(
            [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())], ceil(wait)
        )

    def learn(self, credential: str, *, signed_in: bool, status: int) -> None:
        """Remember a credential that signed in; forget one that no longer does."""
        if signed_in:
            if credential not in self._proven:
                if len(self._proven) >= MAX_KEYS:
                    self._proven.popitem(last=False)
                self._proven[credential] = None
        elif status == 401:
            self._proven.pop(credential, None)


def credential_of(scope: Scope, headers: dict[bytes, bytes]) -> str | None:
    """A name for the credential of a request, from which it cannot be told; None without any.

    Read as whoever checks it reads it: spelled otherwise, it would have a budget of its own.
    """
    authorization = headers.get(b"authorization")
    token = bearer_token(authorization.decode("latin-1")) if authorization else None
    if token is None and b"cookie" in headers:
        token = unchecked(Request(scope))
    return blake2b(token.encode(), digest_size=16).hexdigest() if token else None


def _budget(name: str, per_minute: int) -> Budget | None:
    return Budget(name, per_minute) if per_minute else None
