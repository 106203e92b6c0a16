"""A run that its worker left is taken over by one, and by one only."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from app.watch import service
from app.watch.models import Source
from app.watch.service import ImportRunning, Run, Superseded, runs
from app.watch.service.prepare import batches
from app.watch.sources.kinds import BOAMP
from tests.watch.notices import stored
from tests.watch.portal import CONTACT, Naps, Portal, fetch, today
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("boamp_on")


async def begun(session: AsyncSession) -> Run:
    source = await session.get_one(Source, "boamp")
    return await runs.begin_or_take_over(session, source, NOW.date(), NOW, sole=True)


async def test_a_run_left_by_a_dead_worker_goes_on_where_it_stopped(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    before, after = today(1, "2026-03-01"), today(2, "2026-03-02")
    portal.records = before + after
    async with importer.transaction() as session:
        dead = await begun(session)
    batch = next(batches(BOAMP, before))
    await runs.keep(importer, dead, batch, lambda: NOW)
    run = await fetch(importer, naps, sole=True)
    assert portal.asked[0].query["where"] == "dateparution >= date'2026-03-01'"
    assert (run.id, run.attempt, run.state) == (dead.id, 2, "done")
    assert (run.counts.seen, run.counts.new, run.counts.same) == (4, 3, 1)


async def test_a_worker_that_slept_past_its_turn_writes_nothing(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    async with importer.transaction() as session:
        sleeper = await begun(session)
    await fetch(importer, naps, sole=True)
    late = today()
    with pytest.raises(Superseded):
        await runs.keep(importer, sleeper, next(batches(BOAMP, late)), lambda: NOW)
    assert await stored(importer, late[0]["idweb"]) == {}


async def test_an_operator_does_not_take_a_live_run_over(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    async with importer.transaction() as session:
        await begun(session)
    with pytest.raises(ImportRunning):
        await fetch(importer, naps)
    assert portal.asked == []
    later = NOW + runs.ABANDONED_AFTER
    run = await service.import_source(importer, "boamp", contact=CONTACT, clock=lambda: later)
    assert run is not None
    assert (run.state, run.attempt) == ("done", 2)
