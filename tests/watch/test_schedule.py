"""When sources are asked: by their hours in Paris, once however many workers tick."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.infra import jobs
from app.infra.db import Database, open_database
from app.infra.db.connections import JOB
from app.kernel.errors import Invalid
from app.schedule import AT_NIGHT, EVERY_HOUR, EVERY_MINUTE, MAX_ATTEMPTS, schedule
from app.settings import Settings
from app.watch import service
from app.watch.models import Source
from app.watch.service.sources import IMPORT_TASK, OtherDoorOpen, is_due
from app.watch.sources import UnknownSource
from app.watch.tasks import TICK
from tests.watch.notices import idweb, one, slim, stored
from tests.watch.portal import Portal
from tests.world import NOW

CRON = "15 6,12,18 * * *"
SOME_DAY_TO_COME = "2089-01-01"
"""Workers live by the machine's clock: this day lies in every window."""


@pytest.fixture(autouse=True)
async def off(owner: Database) -> AsyncIterator[None]:
    """Everything off and the queue empty, before and after."""
    await reset(owner)
    yield
    await reset(owner)


async def reset(owner: Database) -> None:
    async with owner.transaction() as session:
        for statement in (
            "DELETE FROM procrastinate_jobs",
            "UPDATE source SET enabled = false, requested_at = NULL, quiet_until = NULL,"
            " last_success_at = NULL, cron = '15 6,12,18 * * *'",
            "UPDATE import_run SET state = 'failed', finished_at = now() WHERE state = 'running'",
        ):
            await session.execute(text(statement))


async def turn_on(owner: Database, **settings: Any) -> None:
    async with owner.transaction() as session:
        await service.enable_source(session, "boamp", **settings)


async def request(importer: Database, at: datetime) -> list[str]:
    async with importer.transaction() as session:
        return await service.request_due_imports(session, at)


async def waiting(owner: Database) -> list[Any]:
    query = text("SELECT task_name, lock, queueing_lock, args, status FROM procrastinate_jobs")
    async with owner.transaction() as session:
        return list(await session.execute(query))


async def test_a_source_that_is_off_is_not_asked(importer: Database, owner: Database) -> None:
    assert await request(importer, NOW) == []
    assert await waiting(owner) == []


async def test_of_two_ticks_one_asks(importer: Database, owner: Database) -> None:
    await turn_on(owner)
    assert await request(importer, NOW) == ["boamp"]
    assert await request(importer, NOW) == []
    found = await waiting(owner)
    assert [(job.args, job.lock, job.queueing_lock) for job in found] == [
        ({"source": "boamp"}, "watch.import_source:boamp", "watch.import_source:boamp")
    ]


async def test_one_import_waits_however_often_its_hour_comes(
    importer: Database, owner: Database
) -> None:
    await turn_on(owner)
    await request(importer, NOW)
    assert await request(importer, NOW + timedelta(days=1)) == ["boamp"]
    assert len(await waiting(owner)) == 1


@pytest.mark.parametrize(
    ("asked", "now", "due"),
    [
        # 06:15, 12:15 and 18:15 in Paris: one hour ahead of UTC in winter, two in summer.
        ("2026-01-10T05:15", "2026-01-10T11:14", False),
        ("2026-01-10T05:15", "2026-01-10T11:15", True),
        ("2026-07-10T04:15", "2026-07-10T10:14", False),
        ("2026-07-10T04:15", "2026-07-10T10:15", True),
        ("2026-01-10T17:15", "2026-01-11T05:14", False),
        # After an outage of a week it is asked once, not twenty times.
        ("2026-01-03T05:15", "2026-01-10T05:00", True),
    ],
)
def test_hours_are_those_of_paris(asked: str, now: str, due: bool) -> None:
    source = Source(cron=CRON, requested_at=datetime.fromisoformat(asked).replace(tzinfo=UTC))
    assert is_due(source, datetime.fromisoformat(now).replace(tzinfo=UTC)) is due


@pytest.mark.parametrize("cron", ["", "* * *", "61 * * * *", "0 0 6 * * *", "@daily", "a b c d e"])
async def test_a_wrong_hour_is_refused(owner: Database, cron: str) -> None:
    with pytest.raises(Invalid):
        await turn_on(owner, cron=cron)


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "ftp://example.org"},
        {"base_url": "example.org"},
        {"base_url": "http://["},
        {"window_days": 0},
        {"pace_ms": -1},
    ],
)
async def test_wrong_settings_are_refused(owner: Database, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await turn_on(owner, **wrong)


async def test_an_unknown_source_is_not_found(owner: Database) -> None:
    with pytest.raises(UnknownSource, match="boamp"):
        async with owner.transaction() as session:
            await service.enable_source(session, "nothing")


async def test_the_other_door_of_a_bulletin_stays_shut(owner: Database) -> None:
    await turn_on(owner)
    async with owner.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO source (id, kind, catalogue, base_url) VALUES"
                " ('other-door', 'boamp', 'boamp', 'http://nowhere.example')"
            )
        )
        with pytest.raises(OtherDoorOpen, match="grappe sources off boamp, puis"):
            await service.enable_source(session, "other-door")
        await service.disable_source(session, "boamp")
        await service.enable_source(session, "other-door")
        with pytest.raises(OtherDoorOpen):
            await service.enable_source(session, "boamp")
        await session.rollback()


async def work(settings: Settings, importer: Database, *tasks: str) -> None:
    """Run these tasks and what waits, in a worker that leaves when nothing does."""
    url = settings.login_url()
    async with importer.transaction() as session:
        for task in tasks:
            await jobs.defer(session, task, timestamp=0)
    async with open_database(url, role=JOB) as job, jobs.worker_connector(url) as app:
        jobs.databases.set(jobs.WorkerDatabases(job, importer))
        # The worker's own ticks too: by the wall clock one would be due as a minute begins.
        jobs.clock.set(lambda: NOW)
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


async def test_a_worker_ticks_and_imports(
    settings: Settings, importer: Database, owner: Database, portal: Portal
) -> None:
    record = slim(idweb(), dateparution=SOME_DAY_TO_COME)
    portal.records = [record]
    await turn_on(owner, base_url=portal.url, pace_ms=0)
    await work(settings, importer, TICK)
    await work(settings, importer, TICK)
    assert record["idweb"] in await stored(importer, record["idweb"])
    assert len(portal.asked) == 4  # each day of its window, once
    assert {job.status for job in await waiting(owner)} == {"succeeded"}


async def test_the_job_of_a_killed_worker_starts_again_but_not_for_ever(
    settings: Settings, importer: Database, owner: Database, portal: Portal
) -> None:
    record = slim(idweb(), dateparution=SOME_DAY_TO_COME)
    portal.records = [record]
    await turn_on(owner, base_url=portal.url, pace_ms=0)
    await request(importer, NOW)
    die = text(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL, attempts = :attempts"
        " WHERE lock LIKE 'watch.import_source%'"
    )
    state = "SELECT status FROM procrastinate_jobs WHERE lock LIKE 'watch.import_source%'"
    async with owner.transaction() as session:
        await session.execute(die, {"attempts": 0})
    await work(settings, importer, "upkeep.retry_stalled")
    assert record["idweb"] in await stored(importer, record["idweb"])
    assert (await one(owner, state)).status == "succeeded"
    async with owner.transaction() as session:
        await session.execute(die, {"attempts": MAX_ATTEMPTS})
    await work(settings, importer, "upkeep.retry_stalled")
    assert (await one(owner, state)).status == "failed"


def test_every_task_bears_its_own_name_in_the_queue() -> None:
    schedule(jobs.queue)
    schedule(jobs.queue)
    for name in (TICK, IMPORT_TASK, "upkeep.retry_stalled", "tenders.apply_notice"):
        assert name in jobs.queue.tasks
    assert {task.cron for task in jobs.queue.periodic_registry.periodic_tasks.values()} == {
        EVERY_MINUTE,
        EVERY_HOUR,
        AT_NIGHT,
    }
