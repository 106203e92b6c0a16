"""A run that its worker left is taken over by one, and goes on at the item where it stopped."""

from typing import Any

import pytest

from app.infra.db import Database
from app.watch import service
from app.watch.service import ImportRunning, Superseded, prepare, runs
from tests.watch.notices import one, stored
from tests.watch.portal import Answer, Naps, Portal, asking, fetch, today
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("boamp_on")


class Died(BaseException):
    """The worker's process ends here, and does nothing more."""


async def die_after(
    batches: int, monkeypatch: pytest.MonkeyPatch, importer: Database, naps: Naps
) -> Any:
    """An import whose worker dies once it stored so many batches; its row then."""
    keep, left = runs.keep, iter(range(batches))

    async def deadly(*given: Any, **named: Any) -> None:
        if next(left, None) is None:
            raise Died
        await keep(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(runs, "keep", deadly)
        with pytest.raises(Died):
            await fetch(importer, naps, sole=True)
    return await one(importer, "SELECT * FROM import_run WHERE state = 'running' AND via = 'http'")


@pytest.mark.parametrize(
    ("batches", "requests"),
    [(0, 6), (1, 6), (2, 6), (3, 3), (4, 3), (5, 3), (6, 3), (7, 1), (8, 1)],
)
async def test_a_run_left_by_a_dead_worker_goes_on_at_the_item(
    importer: Database,
    portal: Portal,
    naps: Naps,
    monkeypatch: pytest.MonkeyPatch,
    batches: int,
    requests: int,
) -> None:
    monkeypatch.setattr(prepare, "BATCH_ITEMS", 40)
    bad = {"idweb": "??", "dateparution": "2026-03-01"}
    portal.records = [*today(130, "2026-03-01"), bad, *today(150, "2026-03-02")]
    dead = await die_after(batches, monkeypatch, importer, naps)
    assert dead.seen == [0, 40, 80, 100, 131, 171, 211, 231, 271][batches]
    before = len(portal.asked)
    run = await fetch(importer, naps, sole=True)
    assert (run.id, run.attempt, run.state) == (dead.id, 2, "done")
    assert (run.counts.seen, run.counts.new, run.counts.same) == (281, 280, 0)
    # What was stored page by page is not asked for again.
    assert len(portal.asked) - before == requests
    query = "SELECT array_agg(position) AS known FROM set_aside WHERE run_id = :id"
    assert (await one(importer, query, id=run.id)).known == [131]


async def test_a_run_whose_batch_spans_pages_goes_on_within_the_last_of_them(
    importer: Database, portal: Portal, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second day's first page tells a notice twice, which takes a second transaction."""
    second = sorted(today(149, "2026-03-02"), key=lambda record: str(record["idweb"]))
    portal.records = [*today(130, "2026-03-01"), *second, second[60]]
    dead = await die_after(1, monkeypatch, importer, naps)
    assert (dead.seen, dead.cursor, dead.passed) == (130 + 61, "2026-03-01 130", 61)
    before = len(portal.asked)
    run = await fetch(importer, naps, sole=True)
    assert (run.id, run.attempt, run.state) == (dead.id, 2, "done")
    assert (run.counts.seen, run.counts.new, run.counts.same) == (280, 279, 1)
    assert len(portal.asked) - before == 3


async def test_a_worker_that_slept_past_its_turn_writes_nothing(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    late = today()

    async def sleep_until_another_has_ended(_seconds: float) -> None:
        await fetch(importer, naps, sole=True)
        portal.records = late

    portal.script = [Answer(503)]
    with pytest.raises(Superseded):
        await service.import_source(asking(importer, sleep_until_another_has_ended), "boamp")
    assert await stored(importer, late[0]["idweb"]) == {}


async def test_an_operator_does_not_take_a_live_run_over(
    importer: Database, portal: Portal, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.records = today()
    await die_after(0, monkeypatch, importer, naps)
    asked = len(portal.asked)
    with pytest.raises(ImportRunning):
        await fetch(importer, naps)
    assert len(portal.asked) == asked
    later = NOW + runs.ABANDONED_AFTER
    run = await service.import_source(asking(importer, naps, later), "boamp")
    assert run is not None
    assert (run.state, run.attempt) == ("done", 2)
