"""From a source over HTTP into its run: a page is fetched and read while one is stored."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
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

PATIENCE_SECONDS = 1.0
"""How long what was read waits for the next page, so as to be stored with it."""


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
    async with polite_client(asking, source) as polite:
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
        coming = one_ahead(together(_read(publisher, asked, run.passed, run.counts.seen)))
        async with aclosing(coming):
            async for batch in coming:
                await runs.keep(asking.database, run, batch, asking.clock)
                if asking.progress is not None:
                    asking.progress(run)


@asynccontextmanager
async def polite_client(asking: Asking, source: Source) -> AsyncIterator[PoliteClient]:
    """Who asks a source, at its pace, in the operator's name."""
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
        yield PoliteClient(
            client,
            contact=asking.contact,
            pace_ms=source.pace_ms,
            clock=asking.clock,
            sleep=asking.sleep,
        )


async def _read(
    publisher: Publisher, asked: Asked, come: int, seen: int
) -> AsyncGenerator[Batch, None]:
    """The batches of every page, but for the first ``come`` items: counted before.

    A page with a cursor stands for itself: nothing of the next one was counted.
    """
    async for page in publisher.pages(asked):
        items = iter(page.items)
        come -= await asyncio.to_thread(_skip, items, come)
        prepared = batches(publisher, items, start=seen, cursor=page.cursor)
        while (batch := await asyncio.to_thread(next, prepared, None)) is not None:
            seen += batch.count
            yield batch
        if page.cursor is not None:
            come = 0


def _skip(items: Iterator[object], count: int) -> int:
    return sum(1 for _ in islice(items, count))


async def together(source: AsyncGenerator[Batch, None]) -> AsyncGenerator[Batch, None]:
    """The same items in fewer batches: what comes at once is stored at once.

    A transaction for each small page would cost more than its items. What has come is given after
    a second in which nothing more did, and before the failure that ended it.
    """
    held: Batch | None = None
    upcoming = asyncio.ensure_future(anext(source, None))
    try:
        while True:
            if held is not None:
                await asyncio.wait([upcoming], timeout=PATIENCE_SECONDS)
                if not upcoming.done() or upcoming.exception() is not None:
                    yield held
                    held = None
            if (batch := await upcoming) is None:
                break
            upcoming = asyncio.ensure_future(anext(source, None))
            if held is not None and held.has_room(batch):
                held.add(batch)
                continue
            if held is not None:
                yield held
            held = batch
        if held is not None:
            yield held
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await source.aclose()


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
