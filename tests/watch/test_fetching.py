"""One thing is fetched ahead, never more, and what came before a failure is dealt with first."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from app.infra.db import Database
from app.watch.service import Run, fetching, prepare, runs
from app.watch.service.fetching import one_ahead, together
from app.watch.service.prepare import Batch, batches
from app.watch.sources import polite
from app.watch.sources.kinds import BOAMP
from tests.watch.notices import one, slim
from tests.watch.portal import Answer, Naps, Portal, fetch, today


class Lines:
    """Gives numbers; says which it has begun, and whether it was closed."""

    def __init__(self, *, failing_at: int | None = None, slow_at: int | None = None) -> None:
        self.begun: list[int] = []
        self.dealt_with: list[tuple[int, list[int]]] = []
        self.closed = False
        self._failing_at, self._slow_at = failing_at, slow_at

    async def __call__(self) -> AsyncGenerator[int, None]:
        try:
            for number in range(1, 5):
                self.begun.append(number)
                if number == self._failing_at:
                    raise OSError("the line is cut")
                if number == self._slow_at:
                    await asyncio.Event().wait()
                yield number
        finally:
            self.closed = True


async def deal_with(lines: Lines, *, failing: bool = False) -> list[tuple[int, list[int]]]:
    """Each number, with those begun while it was dealt with."""
    seen = []
    async with aclosing(one_ahead(lines())) as coming:
        async for number in coming:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if failing:
                raise ValueError("the disk is full")
            seen.append((number, list(lines.begun)))
            lines.dealt_with = seen
    return seen


async def test_the_next_is_fetched_while_the_present_one_is_dealt_with() -> None:
    seen = await deal_with(Lines())
    assert seen == [(1, [1, 2]), (2, [1, 2, 3]), (3, [1, 2, 3, 4]), (4, [1, 2, 3, 4])]


async def test_a_failure_is_told_after_what_came_before_it() -> None:
    lines = Lines(failing_at=3)
    with pytest.raises(OSError, match="the line is cut"):
        await deal_with(lines)
    assert lines.dealt_with == [(1, [1, 2]), (2, [1, 2, 3])]


async def test_nothing_is_fetched_any_more_once_storing_failed() -> None:
    lines, before = Lines(slow_at=2), asyncio.all_tasks()
    with pytest.raises(ValueError, match="the disk is full"):
        await deal_with(lines, failing=True)
    assert lines.closed
    assert asyncio.all_tasks() <= before


def page(*numbers: int, cursor: str | None = None) -> list[Batch]:
    """The batches of a page with these notices."""
    records = [slim(f"26-{number}", "Voirie") for number in numbers]
    return list(batches(BOAMP, records, cursor=cursor))


async def coming(*pages: list[Batch], failing: bool = False) -> AsyncGenerator[Batch, None]:
    for batch in (batch for one_page in pages for batch in one_page):
        yield batch
    if failing:
        raise OSError("the line is cut")


async def stored_together(source: AsyncGenerator[Batch, None]) -> list[tuple[int, str | None, int]]:
    """Of each batch: its items, the cursor it reaches, and its items up to there."""
    return [(batch.count, batch.cursor, batch.whole) async for batch in together(source)]


async def test_pages_that_come_at_once_are_stored_at_once_up_to_a_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prepare, "BATCH_ITEMS", 5)
    pages = [page(1, 2, cursor="a"), page(3, 4, 5, cursor="b"), page(cursor="c"), page(6)]
    seen = await stored_together(coming(*pages))
    assert seen == [(5, "c", 5), (1, None, 0)]
    # What a break leaves of a page is stored with those before it, and is no whole page.
    seen = await stored_together(coming(page(1, 2, cursor="a"), page(3), page(4)))
    assert seen == [(4, "a", 2)]


async def test_large_pages_are_not_stored_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one_page = page(1)
    monkeypatch.setattr(prepare, "BATCH_CHARACTERS", 3 * one_page[0].characters)
    seen = await stored_together(coming(one_page, *[page(n) for n in range(2, 6)]))
    assert [count for count, _, _ in seen] == [3, 2]


async def test_a_notice_that_comes_again_is_a_change_in_the_next_transaction() -> None:
    seen = await stored_together(coming(page(1, 2, cursor="a"), page(3, 2, cursor="b")))
    assert seen == [(2, "a", 2), (2, "b", 2)]


async def test_what_came_before_a_failure_is_stored_before_it_is_told() -> None:
    held = together(coming(page(1), page(2, cursor="b"), failing=True))
    assert (await anext(held)).count == 2
    with pytest.raises(OSError, match="the line is cut"):
        await anext(held)


async def test_what_was_read_does_not_wait_for_a_page_that_is_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "PATIENCE_SECONDS", 0.01)
    slow, closed = asyncio.Event(), []

    async def dripping() -> AsyncGenerator[Batch, None]:
        try:
            yield page(1)[0]
            await slow.wait()
            yield page(2)[0]
            await asyncio.Event().wait()
        finally:
            closed.append(True)

    before = asyncio.all_tasks()
    async with asyncio.timeout(20), aclosing(together(dripping())) as held:
        assert (await anext(held)).count == 1
        slow.set()
        assert (await anext(held)).count == 1
    assert closed
    assert asyncio.all_tasks() <= before


@pytest.mark.usefixtures("boamp_on")
async def test_a_page_is_behind_us_once_it_is_stored_and_not_before(
    importer: Database, portal: Portal, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the next page's refusals have come when the page before it is stored."""
    portal.records = today(150)
    page = json.dumps({"total_count": 150, "results": portal.records[:100]}).encode()
    portal.script = [Answer(200, page), *[Answer(503)] * polite.ATTEMPTS]
    keep, cursors = runs.keep, []

    async def late(database: Database, run: Run, *given: Any) -> None:
        async with asyncio.timeout(20):
            while portal.script:  # noqa: ASYNC110 - filled by the server's thread
                await asyncio.sleep(0.01)
        row = "SELECT cursor FROM import_run WHERE id = :id"
        cursors.append(await one(importer, row, id=run.id))
        await keep(database, run, *given)
        cursors.append(await one(importer, row, id=run.id))

    monkeypatch.setattr(runs, "keep", late)
    run = await fetch(importer, naps)
    assert (run.state, run.counts.new) == ("failed", 100)
    before, after = (row.cursor for row in cursors)
    assert before is None
    assert after.endswith(" 100")


@pytest.mark.usefixtures("boamp_on")
async def test_a_page_that_was_fetched_and_not_stored_is_asked_for_again(
    importer: Database, portal: Portal, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "BATCH_ITEMS", 100)
    portal.records = today(150)
    keep, left = runs.keep, iter([True])

    async def once(*given: Any) -> None:
        if next(left, None) is None:
            raise ConnectionError("PostgreSQL is gone")
        await keep(*given)

    with monkeypatch.context() as patch:
        patch.setattr(runs, "keep", once)
        with pytest.raises(ConnectionError):
            await fetch(importer, naps)
    run = await fetch(importer, naps)
    assert (run.state, run.counts.new, run.counts.same) == ("done", 50, 100)
