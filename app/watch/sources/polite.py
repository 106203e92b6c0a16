"""A guest's manners at a source over HTTP, the same for all of them.

One request at a time at a stated pace, our operator's address in the User-Agent, quotas
honoured, and nothing followed to another host.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from app.infra.outbound import Unusable, body_of, user_agent
from app.kernel.clock import Clock
from app.watch.sources.failures import BadAnswer, SourceFailure

MAX_PAGE_BYTES = 20 * 1024 * 1024
"""Unpacked bytes of one page."""

ATTEMPTS = 5
FIRST_WAIT_SECONDS = 2.0
MAX_WAIT_SECONDS = 300.0
"""A longer wait ends the run; the source is then left alone for as long as it asked."""

MAX_QUIET = timedelta(days=1)
MAX_REDIRECTS = 3
PAGE_SECONDS = 120
"""A whole page, however slowly it drips."""

TIMEOUT = httpx.Timeout(30, connect=10)

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said, unpacked; ``status`` is 200, or 304 when it was asked for changes."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def kind(self) -> str:
        """Its content type, for the line that says what came instead."""
        return str(self.headers.get("content-type", "sans type")).partition(";")[0][:60]


class PoliteClient:
    """Asks one source, for the length of one run."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        contact: str,
        pace_ms: int,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._headers = {"User-Agent": user_agent(contact), "Accept-Encoding": "gzip"}
        self._pace = pace_ms / 1000
        self._clock = clock
        self._sleep = sleep
        self._wait = 0.0

    async def json(
        self, url: str, query: Mapping[str, str] | None = None, *, body: object = None
    ) -> Any:
        """The JSON at an address (a POST when there is a ``body``). Raises SourceFailure."""
        answer = await self.ask(url, query, body=body, accept="application/json")
        try:
            return await asyncio.to_thread(json.loads, answer.body)
        except (ValueError, RecursionError):
            raise SourceFailure(
                f"La source a répondu autre chose que du JSON ({answer.kind})."
            ) from None

    async def ask(
        self,
        url: str,
        query: Mapping[str, str] | None = None,
        *,
        body: object = None,
        accept: str = "*/*",
        waits: Mapping[int, float] | None = None,
        known: Mapping[str, str] | None = None,
    ) -> Answer:
        """One answer of 200, after as many polite attempts as it takes.

        ``known`` are conditions (RFC 9110, 13.1) under which there is nothing new: 304 then.

        ``waits`` are statuses with which this source says "later", and the seconds to wait when
        it names none. Raises BadAnswer when asking again would not help, SourceFailure otherwise.
        """
        later = waits or {}
        asked_url = httpx.URL(url, params=query) if query else httpx.URL(url)
        request = _Request(asked_url, body, accept, known or {})
        problem, wait = "", FIRST_WAIT_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            await self._rest()
            try:
                async with asyncio.timeout(PAGE_SECONDS):
                    answer = await self._follow(request)
            except (httpx.TransportError, TimeoutError) as error:
                problem, asked = f"La source ne répond pas ({type(error).__name__}).", None
            except Unusable as error:
                raise BadAnswer(str(error)) from error
            else:
                asked = self._asked_wait(answer)
                asked = later.get(answer.status) if asked is None else asked
                if answer.status == 200 or (known and answer.status == 304):
                    self._wait = max(self._pace, asked or 0.0)
                    return answer
                problem = f"La source répond {answer.status}."
                if answer.status not in {429, *later} and answer.status < 500:
                    raise BadAnswer(problem + _message(answer), answer.status)
            self._wait = max(self._pace, wait if asked is None else asked)
            wait *= 2
            if attempt == ATTEMPTS and asked:
                raise SourceFailure(problem, self._quiet(asked))
        raise SourceFailure(problem)

    async def _rest(self) -> None:
        """Wait for the pace, a quota or a failure; give up when the wait is too long."""
        wait, self._wait = self._wait, 0.0
        if wait > MAX_WAIT_SECONDS:
            minutes = round(wait / 60)
            raise SourceFailure(f"La source demande d'attendre {minutes} min.", self._quiet(wait))
        if wait > 0:
            await self._sleep(wait)

    def _quiet(self, seconds: float) -> datetime:
        return self._clock() + min(timedelta(seconds=seconds), MAX_QUIET)

    def _asked_wait(self, answer: Answer) -> float | None:
        """Seconds that the source asks us to wait before the next request, if it does."""
        if answer.status != 200:
            asked = _instant_or_seconds(answer.headers.get("retry-after"), self._clock())
            if asked is not None:
                return asked
        if answer.status == 429 or answer.headers.get("x-ratelimit-remaining", "").strip() == "0":
            return _reset(answer.headers.get("x-ratelimit-reset"), self._clock())
        return None

    async def _follow(self, request: "_Request") -> Answer:
        """The answer at an address, through redirections that stay on its host."""
        target, method = request.url, "GET" if request.body is None else "POST"
        headers = {**self._headers, "Accept": request.accept, **request.known}
        for _ in range(MAX_REDIRECTS + 1):
            async with self._client.stream(
                method, target, headers=headers, json=request.body
            ) as response:
                if not response.has_redirect_location:
                    body = await body_of(response, MAX_PAGE_BYTES, packed=True)
                    return Answer(response.status_code, response.headers, body)
                there = target.join(response.headers["location"])
            if (there.scheme, there.host, there.port) != (target.scheme, target.host, target.port):
                raise SourceFailure(f"La source renvoie vers un autre site ({there.host[:100]}).")
            target = there
        raise SourceFailure("La source renvoie sans fin d'une adresse à l'autre.")


@dataclass(frozen=True, slots=True)
class _Request:
    url: httpx.URL
    body: object
    accept: str
    known: Mapping[str, str]


def _message(answer: Answer) -> str:
    """What the API says of a request that it refuses, shortened."""
    try:
        said: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    text = said.get("message") if isinstance(said, dict) else None
    return f" « {text[:200]} »" if isinstance(text, str) else ""


def _instant_or_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds of a ``Retry-After`` (RFC 9110, 10.2.3), never negative; ``None`` if unreadable."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _reset(value: str | None, now: datetime) -> float | None:
    """Seconds to the end of a quota, given as an epoch or as an ISO instant."""
    try:
        number = float(value or "")
    except ValueError:
        pass
    else:
        return max(0.0, number - now.timestamp()) if 0 < number < 1e11 else None
    try:
        at = datetime.fromisoformat((value or "").strip())
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
