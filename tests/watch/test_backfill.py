"""A range of past days is filled beside the scheduled import, and gone on with after any end."""

from datetime import date, timedelta

import pytest

from app.infra.db import Database
from app.watch import service
from app.watch.service import BadRange, ImportRunning, Run
from tests.watch.notices import forget, one, stored
from tests.watch.portal import Answer, Naps, Portal, asking, fetch, today
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("boamp_on")

SINCE, UNTIL = date(2025, 11, 3), date(2025, 11, 7)


async def fill(importer: Database, naps: Naps, until: date = UNTIL, *, sole: bool = False) -> Run:
    run = await service.backfill_source(asking(importer, naps), "boamp", SINCE, until, sole=sole)
    assert run is not None
    return run


def records(portal: Portal, each: int = 2, *, days: int = 5) -> list[str]:
    """So many notices on each day of the range, and one on either side of it."""
    inside = [
        record
        for day in range(days)
        for record in today(each, (SINCE + timedelta(days=day)).isoformat())
    ]
    portal.records = [*today(1, "2025-11-02"), *inside, *today(1, "2025-11-08")]
    return [record["idweb"] for record in inside]


async def test_a_range_is_filled_with_its_days_and_no_other(
    importer: Database, owner: Database, portal: Portal, naps: Naps
) -> None:
    ids = records(portal)
    before = (await one(owner, "SELECT last_success_at FROM source WHERE id = 'boamp'"))[0]
    run = await fill(importer, naps)
    assert (run.state, run.counts.seen, run.counts.new) == ("done", 10, 10)
    assert len(await stored(importer, *ids)) == 10
    assert (
        await stored(importer, *(r["idweb"] for r in portal.records if r["idweb"] not in ids)) == {}
    )
    after = (await one(owner, "SELECT last_success_at FROM source WHERE id = 'boamp'"))[0]
    assert after == before


async def test_a_range_that_failed_goes_on_where_it_stopped(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    ids = records(portal)
    portal.total = lambda where: 99 if "2025-11-05'" in where.partition("<")[0] else None
    failed = await fill(importer, naps)
    assert (failed.state, failed.counts.seen) == ("paused", 6)
    assert "99 avis" in (failed.error or "")
    portal.total = lambda _where: None
    asked = len(portal.asked)
    run = await fill(importer, naps)
    assert (run.id, run.state, run.error) == (failed.id, "done", None)
    assert (run.counts.seen, run.counts.new, run.counts.same) == (10, 10, 0)
    assert portal.asked[asked].query["where"].startswith("dateparution >= date'2025-11-05'")
    assert len(await stored(importer, *ids)) == 10


async def test_the_scheduled_import_takes_its_turn_and_the_range_goes_on_after_it(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    ids, fresh = records(portal), today(1)
    portal.records += fresh
    portal.script = [Answer(503)]
    scheduled: list[Run] = []

    async def meanwhile(seconds: float) -> None:
        if not scheduled:
            scheduled.append(await fetch(importer, naps, sole=True))
        await naps(seconds)

    run = await service.backfill_source(asking(importer, meanwhile), "boamp", SINCE, UNTIL)
    assert run is not None
    assert (scheduled[0].state, scheduled[0].counts.new) == ("done", 1)
    assert (run.state, run.attempt, run.counts.seen, run.counts.new) == ("done", 3, 10, 10)
    assert len(await stored(importer, *ids)) == 10


async def test_a_range_waits_for_the_import_that_is_at_work(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    records(portal)
    portal.script = [Answer(503)]
    turns: list[str] = []

    async def wait_for_the_import(_seconds: float) -> None:
        turns.append("wait")
        if len(turns) == 3:
            raise TimeoutError

    async def begin_a_range(_seconds: float) -> None:
        with pytest.raises(TimeoutError):
            await service.backfill_source(
                asking(importer, wait_for_the_import), "boamp", SINCE, UNTIL
            )

    run = await service.import_source(asking(importer, begin_a_range), "boamp")
    assert run is not None
    assert (run.state, len(turns)) == ("done", 3)


async def test_two_ranges_are_not_filled_at_once(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    records(portal)
    portal.script = [Answer(503)]

    async def begin_another(_seconds: float) -> None:
        for until in (UNTIL, UNTIL - timedelta(days=1)):
            with pytest.raises(ImportRunning):
                await fill(importer, naps, until)

    run = await service.backfill_source(asking(importer, begin_another), "boamp", SINCE, UNTIL)
    assert run is not None
    assert (run.state, run.counts.new) == ("done", 10)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (UNTIL, SINCE),
        (SINCE, NOW.date() + timedelta(days=1)),
        (date(1901, 1, 1), UNTIL),
    ],
)
async def test_a_range_of_no_past_days_is_refused(
    importer: Database, naps: Naps, since: date, until: date
) -> None:
    with pytest.raises(BadRange):
        await service.backfill_source(asking(importer, naps), "boamp", since, until)


@pytest.mark.parametrize("count", [5_000, 12_000])
async def test_a_day_of_thousands_arrives_whole(
    importer: Database, owner: Database, portal: Portal, naps: Naps, count: int
) -> None:
    portal.records = today(count, "2025-11-04")
    ids = [record["idweb"] for record in portal.records]
    run = await fill(importer, naps)
    assert (run.state, run.counts.seen, run.counts.new) == ("done", count, count)
    assert len(await stored(importer, *ids)) == count
    await forget(owner, ids)


async def test_more_than_the_api_can_give_of_a_day_is_said(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    portal.total = lambda _where: 20_001
    portal.records = today(1, "2025-11-04")
    assert "20000" in ((await fill(importer, naps)).error or "")
