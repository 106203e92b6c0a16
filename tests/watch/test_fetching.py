"""One thing is fetched ahead, never more, and what came before a failure is dealt with first."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from app.infra.db import Database
from app.watch.service import Run, runs
from app.watch.service.fetching import one_ahead
from app.watch.sources import polite
from tests.watch.notices import one
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
