"""Workers as real processes: started together they ask once; one that slept writes nothing.

Trial 36. They live by the machine's clock: what they find is dated later than any window.
"""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from sqlalchemy import text

from app.infra import jobs
from app.infra.db import Database, hold
from app.searches.service.matching import TURN
from app.settings import Settings
from app.watch import service
from app.watch.service.sources import IMPORT_TASK
from tests.alerts.steps import alerts
from tests.grappe import Grappe, Running
from tests.searches.steps import found, save
from tests.watch.notices import idweb, one, slim, stored
from tests.watch.portal import Portal
from tests.watch.test_schedule import SOME_DAY_TO_COME, reset
from tests.watch.test_search import word
from tests.world import NOW, World

pytestmark = pytest.mark.xdist_group("workers")

PATIENCE_SECONDS = 150
"""More than two ticks: what the first finds too early, the next one finds."""
WINDOW_DAYS = 2
STEP_SECONDS = 0.05

RUNS = "SELECT count(*) AS known FROM import_run WHERE started_at > now() - interval '5 minutes'"
TICKS = "SELECT count(*) AS known FROM procrastinate_jobs WHERE task_name LIKE '%watch.tick'"
OPEN = """
SELECT count(*) AS known FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'grappe_login' AND state LIKE 'idle in trans%'
"""
PROGRESS = "SELECT seen, new, attempt, state FROM import_run ORDER BY id LIMIT 1"
ENDED = "SELECT count(*) AS known FROM import_run WHERE state = 'done'"
VERSIONS = """
SELECT count(*) AS known, max(v.version) AS newest FROM notice_version v
JOIN notice n ON n.id = v.notice_id WHERE n.source_id = ANY(:ids)
"""


class Gate(Portal):
    """A portal that keeps the third request waiting, until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.reached = threading.Event()

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request, the third not yet."""
        if len(self.asked) == 2:
            self.reached.set()
            self.open.wait(PATIENCE_SECONDS)
        super().reply(handler)


@pytest.fixture
def grappe(settings: Settings) -> Grappe:
    return Grappe(settings)


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate() as running:
        yield running
        running.open.set()


@pytest.fixture(autouse=True)
async def clean(owner: Database) -> AsyncIterator[None]:
    """Everything off, no job and no worker on record, before and after."""
    for then in (False, True):
        await reset(owner)
        async with owner.transaction() as session:
            await session.execute(text("DELETE FROM procrastinate_periodic_defers"))
            await session.execute(text("DELETE FROM procrastinate_workers"))
            await session.execute(text("DELETE FROM set_aside"))
            await session.execute(text("DELETE FROM import_run"))
        if not then:
            yield


async def turn_on(owner: Database, portal: Portal, count: int) -> list[str]:
    """The source towards the portal, which has so many records; their numbers."""
    portal.records = [slim(idweb(), dateparution=SOME_DAY_TO_COME) for _ in range(count)]
    async with owner.transaction() as session:
        await service.enable_source(
            session, "boamp", base_url=portal.url, pace_ms=0, window_days=WINDOW_DAYS
        )
    return [record["idweb"] for record in portal.records]


async def until(owner: Database, sql: str, holds: Callable[[Any], bool]) -> Any:
    """The row of a query once it is as it should be."""
    for _ in range(int(PATIENCE_SECONDS / STEP_SECONDS)):
        row = await one(owner, sql)
        if holds(row):
            return row
        await asyncio.sleep(STEP_SECONDS)
    raise TimeoutError(sql, row)


async def heard(running: Running, sign: str, times: int) -> None:
    """Wait until a command has said so, so many times."""
    for _ in range(int(PATIENCE_SECONDS / STEP_SECONDS)):
        if running.said().count(sign) >= times:
            return
        await asyncio.sleep(STEP_SECONDS)
    raise TimeoutError(sign, running.said())


@pytest.fixture
async def quick(owner: Database, portal: Portal) -> AsyncIterator[dict[str, list[str]]]:
    """Two more sources, due each minute, that answer at once; their numbers."""
    portal.records = [slim(idweb(), dateparution=SOME_DAY_TO_COME) for _ in range(150)]
    numbers = [record["idweb"] for record in portal.records]
    names = [f"quick-{number}" for number in (1, 2)]
    async with owner.transaction() as session:
        for name in names:
            await service.add_source(session, name, kind="boamp", base_url=portal.url)
            await service.enable_source(
                session, name, cron="* * * * *", pace_ms=0, window_days=WINDOW_DAYS
            )
    yield dict.fromkeys(names, numbers)
    async with owner.transaction() as session:
        for statement in (
            "DELETE FROM set_aside",
            "DELETE FROM import_run",
            "DELETE FROM notice_version v USING notice n"
            " WHERE n.id = v.notice_id AND n.source LIKE 'quick-%'",
            "DELETE FROM notice WHERE source LIKE 'quick-%'",
            "DELETE FROM source WHERE id LIKE 'quick-%'",
        ):
            await session.execute(text(statement))


@pytest.mark.parametrize("workers", [2, 3])
async def test_workers_make_one_run_of_a_tick_for_each_source_and_wait_for_none(
    owner: Database, grappe: Grappe, gate: Gate, quick: dict[str, list[str]], workers: int
) -> None:
    numbers = await turn_on(owner, gate, 150)
    async with owner.transaction() as session:
        # Its hour is this minute, for each of them.
        await session.execute(text("UPDATE source SET cron = '* * * * *' WHERE id = 'boamp'"))
    by_source = (
        "SELECT count(*) AS runs, count(*) FILTER (WHERE state = 'done') AS done,"
        " coalesce(sum(new), 0) AS new, coalesce(max(attempt), 0) AS attempt FROM import_run"
        " WHERE source = '{}'"
    )
    with ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(grappe.running("worker", GRAPPE_WORKER_CONCURRENCY="2"))
        assert await asyncio.to_thread(gate.reached.wait, PATIENCE_SECONDS)
        for name in quick:
            await until(owner, by_source.format(name), lambda row: row.done >= 1)
        slow = await one(owner, by_source.format("boamp"))
        gate.open.set()
        await until(owner, by_source.format("boamp"), lambda row: row.done >= 1)
        started = "SELECT count(DISTINCT id) AS known FROM procrastinate_workers"
        await until(owner, started, lambda row: row.known == workers * 2)
    assert (slow.runs, slow.done) == (1, 0)
    ticks = (await one(owner, TICKS)).known
    for name, theirs in {"boamp": numbers, **quick}.items():
        row = await one(owner, by_source.format(name))
        # A minute may begin meanwhile: it has a tick of its own, and each source a run of it.
        assert 1 <= row.runs <= ticks
        assert (row.new, row.attempt) == (len(theirs), 1)


async def test_what_waits_for_sources_holds_up_nothing_else(
    owner: Database, importer: Database, grappe: Grappe, gate: Gate
) -> None:
    await turn_on(owner, gate, 250)
    with grappe.running("worker", GRAPPE_WORKER_CONCURRENCY="1"):
        assert await asyncio.to_thread(gate.reached.wait, PATIENCE_SECONDS)
        async with importer.transaction() as session:
            await jobs.defer(session, "upkeep.retry_stalled", timestamp=0)
        waiting = (
            "SELECT count(*) AS known FROM procrastinate_jobs"
            " WHERE status = 'todo' AND task_name LIKE '%retry_stalled'"
        )
        await until(owner, waiting, lambda row: row.known == 0)
        assert (await one(owner, ENDED)).known == 0
        gate.open.set()
        await until(owner, ENDED, lambda row: row.known == 1)


async def test_a_worker_stopped_past_its_lease_and_woken_writes_nothing(
    owner: Database, importer: Database, grappe: Grappe, gate: Gate
) -> None:
    numbers = await turn_on(owner, gate, 250)
    with grappe.running("worker") as sleeper:
        assert await asyncio.to_thread(gate.reached.wait, PATIENCE_SECONDS)
        # It stops in no transaction, whose locks it would keep.
        await until(owner, OPEN, lambda row: row.known == 0)
        sleeper.signal(signal.SIGSTOP)
        gate.open.set()
        async with owner.transaction() as session:
            # Its beats are five seconds apart: this one was long ago.
            long_ago = "UPDATE procrastinate_workers SET last_heartbeat = '2026-01-01'"
            await session.execute(text(long_ago))
        async with importer.transaction() as session:
            await jobs.defer(session, "upkeep.retry_stalled", timestamp=0)
        with grappe.running("worker"):
            await until(owner, ENDED, lambda row: row.known == 1)
        before = await one(owner, PROGRESS)
        kept = await one(owner, VERSIONS, ids=numbers)
        sleeper.signal(signal.SIGCONT)
        # It has a page in hand and goes on, until it takes up a job and finds itself struck off:
        # there it lets go of what it did, and begins anew, for imports and for the rest.
        number = await turn_on(owner, gate, 1)
        async with importer.transaction() as session:
            await jobs.defer(session, "upkeep.retry_stalled", timestamp=0)
            await jobs.defer(session, IMPORT_TASK, source="boamp")
        await heard(sleeper, "worker_struck_off", times=2)
        await until(owner, ENDED, lambda row: row.known == 2)
    assert await stored(owner, *number)
    assert tuple(before) == (250, 250, 2, "done")
    assert tuple(kept) == (250, 1)
    assert await one(owner, PROGRESS) == before
    assert await one(owner, VERSIONS, ids=numbers) == kept
    assert (await one(owner, RUNS)).known == 2


async def test_a_worker_killed_before_it_told_leaves_that_to_the_next(
    owner: Database, importer: Database, grappe: Grappe, world: World
) -> None:
    mark = word()
    search = await save(world.alpha, words=mark)
    record = slim(idweb(), mark, dateparution=SOME_DAY_TO_COME, nature="APPEL_OFFRE")
    await service.import_records(importer, [record], clock=lambda: NOW)
    blocked = "SELECT count(*) AS known FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with owner.transaction() as session:
        # Whoever matches waits for its turn, and is killed in the middle of its job.
        await hold(session, TURN)
        with grappe.running("worker") as doomed:
            await until(owner, blocked, lambda row: row.known >= 1)
            doomed.signal(signal.SIGKILL)
    assert await alerts(world.alpha) == []
    async with owner.transaction() as session:
        long_ago = "UPDATE procrastinate_workers SET last_heartbeat = '2026-01-01'"
        await session.execute(text(long_ago))
    async with importer.transaction() as session:
        await jobs.defer(session, "upkeep.retry_stalled", timestamp=0)
    told = f"SELECT count(*) AS known FROM alert WHERE cluster_id = '{world.cluster_id}'"
    with grappe.running("worker"):
        await until(owner, told, lambda row: row.known >= 1)
        left = "SELECT count(*) AS known FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        await until(owner, left, lambda row: row.known == 0)
    (alert,) = await alerts(world.alpha)
    assert (alert["kind"], alert["search_id"]) == ("match", search["id"])
    assert len(await found(world.alpha, search)) == 1
