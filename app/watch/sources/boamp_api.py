"""BOAMP over HTTP: the Opendatasoft Explore API, version 2.1 (SOURCES, BOAMP).

The source is a guest's: one request at a time at a stated pace, our operator's address in the
User-Agent, quotas honoured, and nothing followed to another host.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from app.infra.outbound import Unusable, body_of, user_agent
from app.kernel.clock import Clock, system_clock
from app.watch.sources import SourceFailure
from app.watch.zones import PARIS

PATH = "/api/explore/v2.1/catalog/datasets/boamp/records"
PAGE_ITEMS = 100
MAX_POSITION = 10_000
"""``offset + limit`` beyond which the API answers 400."""

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
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes


class BoampApi:
    """A polite client of the portal, for the length of one run."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        *,
        contact: str,
        pace_ms: int,
        clock: Clock = system_clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._url = base_url.rstrip("/") + PATH
        self._headers = {
            "User-Agent": user_agent(contact),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        self._pace = pace_ms / 1000
        self._clock = clock
        self._sleep = sleep
        self._wait = 0.0

    async def pages(self, since: date) -> AsyncIterator[list[object]]:
        """The records published from a day on, oldest first, a page at a time.

        A window of more notices than the API lets one page through is read day by day. Raises
        SourceFailure; pages that came before are good.
        """
        whole = f"dateparution >= date'{since}'"
        total, records = await self._page(whole, 0)
        if total <= MAX_POSITION:
            async for page in self._walk(whole, total, records):
                yield page
            return
        today = self._clock().astimezone(ZoneInfo(PARIS)).date()
        for day in (since + timedelta(days=n) for n in range((today - since).days + 1)):
            one = f"dateparution >= date'{day}'"
            if day < today:
                one += f" and dateparution < date'{day + timedelta(days=1)}'"
            total, records = await self._page(one, 0)
            async for page in self._walk(one, total, records):
                yield page

    async def _walk(
        self, where: str, total: int, records: list[object]
    ) -> AsyncIterator[list[object]]:
        offset = 0
        while records:
            yield records
            offset += len(records)
            if offset >= total:
                return
            if offset + PAGE_ITEMS > MAX_POSITION:
                raise SourceFailure(f"Plus de {MAX_POSITION} avis pour « {where} ».")
            total, records = await self._page(where, offset)

    async def _page(self, where: str, offset: int) -> tuple[int, list[object]]:
        query = {
            "where": where,
            "order_by": "dateparution,idweb",
            "limit": str(PAGE_ITEMS),
            "offset": str(offset),
        }
        answer = await self._get(self._url, query)
        try:
            envelope = await asyncio.to_thread(json.loads, answer.body)
        except (ValueError, RecursionError):
            kind = answer.headers.get("content-type", "sans type").partition(";")[0][:60]
            raise SourceFailure(f"La source a répondu autre chose que du JSON ({kind}).") from None
        total = envelope.get("total_count") if isinstance(envelope, dict) else None
        records = envelope.get("results") if isinstance(envelope, dict) else None
        if not isinstance(total, int) or not isinstance(records, list):
            raise SourceFailure("La réponse n'a pas la forme attendue (total_count, results).")
        return total, records

    async def _get(self, url: str, query: dict[str, str]) -> _Answer:
        """One page's answer, after as many polite attempts as it takes. Raises SourceFailure."""
        problem, wait = "", FIRST_WAIT_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            await self._rest()
            try:
                async with asyncio.timeout(PAGE_SECONDS):
                    answer = await self._follow(url, query)
            except (httpx.TransportError, TimeoutError) as error:
                problem, asked = f"La source ne répond pas ({type(error).__name__}).", None
            except Unusable as error:
                raise SourceFailure(str(error)) from error
            else:
                asked = self._asked_wait(answer)
                if answer.status == 200:
                    self._wait = max(self._pace, asked or 0.0)
                    return answer
                problem = f"La source répond {answer.status}."
                if answer.status != 429 and answer.status < 500:
                    raise SourceFailure(problem + _message(answer))
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

    def _asked_wait(self, answer: _Answer) -> float | None:
        """Seconds that the source asks us to wait before the next request, if it does."""
        if answer.status != 200:
            asked = _instant_or_seconds(answer.headers.get("retry-after"), self._clock())
            if asked is not None:
                return asked
        if answer.status == 429 or answer.headers.get("x-ratelimit-remaining", "").strip() == "0":
            return _reset(answer.headers.get("x-ratelimit-reset"), self._clock())
        return None

    async def _follow(self, url: str, query: dict[str, str]) -> _Answer:
        """The answer at an address, through redirections that stay on its host."""
        target = httpx.URL(url, params=query)
        for _ in range(MAX_REDIRECTS + 1):
            async with self._client.stream("GET", target, headers=self._headers) as response:
                if not response.has_redirect_location:
                    body = await body_of(response, MAX_PAGE_BYTES, packed=True)
                    return _Answer(response.status_code, response.headers, body)
                there = target.join(response.headers["location"])
            if (there.scheme, there.host, there.port) != (target.scheme, target.host, target.port):
                raise SourceFailure(f"La source renvoie vers un autre site ({there.host[:100]}).")
            target = there
        raise SourceFailure("La source renvoie sans fin d'une adresse à l'autre.")


def _message(answer: _Answer) -> str:
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
