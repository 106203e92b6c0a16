"""From a source over HTTP into its run: a page is fetched and read while one is stored."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import httpx

from app.infra.db import Database
from app.kernel.clock import Clock
from app.watch.models import Source
from app.watch.service import runs, sources
from app.watch.service.prepare import Batch, batches
from app.watch.service.runs import Progress, Run
from app.watch.sources import Asked, Publisher
from app.watch.sources.kinds import publisher_of
from app.watch.sources.polite import TIMEOUT, PoliteClient, Sleep

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Asking:
    """How a source is asked: in whose name, by what clock, and whom to tell of progress."""

    database: Database
    contact: str
    clock: Clock
    sleep: Sleep = asyncio.sleep
    progress: Progress | None = None


async def fetch(asking: Asking, source: Source, run: Run) -> None:
    """Store what a run asks for, from where it stopped. Raises SourceFailure, Superseded."""
    publisher = publisher_of(source.kind, source.settings)
    now = asking.clock()
    async with asking.database.transaction() as session:
        ended = await runs.last_cursor(session, source.id)
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
        polite = PoliteClient(
            client,
            contact=asking.contact,
            pace_ms=source.pace_ms,
            clock=asking.clock,
            sleep=asking.sleep,
        )
        asked = Asked(
            polite,
            source.base_url,
            since=run.since or sources.window(source, now),
            until=run.until,
            now=now,
            cursor=run.cursor,
            ended=ended,
            settings=source.settings,
        )
        coming = one_ahead(_read(publisher, asked, run.passed, run.counts.seen))
        async with aclosing(coming):
            async for batch, cursor in coming:
                await runs.keep(asking.database, run, batch, asking.clock, cursor)
                if asking.progress is not None:
                    asking.progress(run)


async def _read(
    publisher: Publisher, asked: Asked, come: int, seen: int
) -> AsyncGenerator[tuple[Batch, str | None], None]:
    """The batches of every page with its cursor, but for the first ``come`` items: counted before.

    A page with a cursor stands for itself: nothing of the next one was counted.
    """
    async for page in publisher.pages(asked):
        items = iter(page.items)
        come -= await asyncio.to_thread(_skip, items, come)
        prepared = batches(publisher, items, start=seen)
        batch = Batch()
        while (found := await asyncio.to_thread(next, prepared, None)) is not None:
            batch = found
            seen += batch.count
            yield batch, page.cursor
        if page.cursor is not None:
            come = 0
            if not batch.count:
                yield Batch(last=True), page.cursor


def _skip(items: Iterator[object], count: int) -> int:
    return sum(1 for _ in islice(items, count))


async def one_ahead(source: AsyncGenerator[Found, None]) -> AsyncGenerator[Found, None]:
    """The same things, the next one being fetched while the present one is dealt with."""
    upcoming = asyncio.ensure_future(anext(source, None))
    try:
        while (found := await upcoming) is not None:
            upcoming = asyncio.ensure_future(anext(source, None))
            yield found
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await source.aclose()
