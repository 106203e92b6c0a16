"""Many at once in one cluster: a chain without a gap, nothing sealed twice, clean refusals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from app.infra import jobs
from app.infra.db import Anyone, Database, enter, open_database, system_actor
from app.infra.db.connections import JOB
from app.journal.service import clusters_to_seal, record, seal_openings
from app.journal.tasks import TICK
from app.kernel.ids import new_id
from app.main import create_app
from app.schedule import schedule
from app.settings import Settings
from tests.consortia.steps import ok, submitted
from tests.journal.chains import head, seals, tamper, verdict, write
from tests.ticks import tick
from tests.world import NOW, Person, World

WRITERS, ENTRIES = 40, 5


async def test_forty_writers_at_once_make_one_chain_without_a_gap(
    settings: Settings, world: World
) -> None:
    before = len(await seals(world))
    writers = (world.alpha, world.beta, world.coordinator, world.viewer)

    async def act(database: Database, number: int) -> None:
        person = writers[number % len(writers)]
        async with database.transaction() as session:
            actor = await enter(session, Anyone(person.token, NOW, f"req-{number}"))
            for entry in range(1 + number % ENTRIES):
                if entry == number % 2:
                    # Another lock, before or after the first entry.
                    await session.execute(
                        text("SELECT pg_advisory_xact_lock(:key)"), {"key": 77_000 + number % 3}
                    )
                await record(session, actor, "act", new_id())
                await session.flush()

    async with open_database(settings.login_url(), size=WRITERS) as serving:
        await asyncio.gather(*(act(serving, number) for number in range(WRITERS)))
    made = sum(1 + number % ENTRIES for number in range(WRITERS))
    assert [row.seq for row in await seals(world)] == list(range(1, before + made + 1))
    report = await verdict(world)
    assert report.faults == 0, report.shown


async def opened(world: World) -> int:
    """Openings in the world that wait for their seal."""
    query = text("SELECT count(*) FROM unsealed_opening WHERE cluster_id = :c")
    async with world.owner.transaction() as session:
        return int(await session.scalar(query, {"c": world.cluster_id}) or 0)


async def test_an_opening_waits_for_its_seal_and_gets_one_whoever_seals_at_once(
    settings: Settings, world: World
) -> None:
    bid = await submitted(world)
    for person in (world.alpha, world.beta, world.contributor, world.beta):
        ok(await person.get(f"{bid.path}/split"), 200)
    waiting = await opened(world)
    assert waiting == 3
    report = await verdict(world)
    assert (report.faults, "3 consultations en attente" in report.summary) == (0, True)
    before = len(await seals(world))

    async def seal(database: Database) -> int:
        async with database.transaction() as session:
            await system_actor(session, world.cluster_id, NOW, "job")
            return await seal_openings(session)

    async with open_database(settings.login_url(), role=JOB, size=8) as job:
        async with job.transaction() as session:
            assert world.cluster_id in await clusters_to_seal(session)
        done = await asyncio.gather(*(seal(job) for _ in range(8)), write(world, 8))
        assert sum(count for count in done if count) == waiting
        # A late sleeper finds nothing left.
        assert await seal(job) == 0
    assert len(await seals(world)) == before + waiting + 8
    assert await opened(world) == 0
    report = await verdict(world)
    assert report.faults == 0, report.shown


async def test_each_minute_the_openings_of_each_cluster_are_sealed(
    settings: Settings, world: World, other_world: World, owner: Database
) -> None:
    for one in (world, other_world):
        bid = await submitted(one)
        ok(await one.alpha.get(f"{bid.path}/split"), 200)
    async with (
        open_database(settings.login_url(), role=JOB) as job,
        jobs.worker_connector(settings.login_url()) as queue,
    ):
        schedule(queue)
        token = jobs.databases.set(jobs.WorkerDatabases(job, job))
        await tick(queue, TICK)
        await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
        jobs.databases.reset(token)
    for one in (world, other_world):
        assert await opened(one) == 0
        assert [row.kind for row in await seals(one)].count("opening") >= 1
        assert (await verdict(one)).faults == 0


@asynccontextmanager
async def impatient(settings: Settings, world: World) -> AsyncIterator[Person]:
    """The coordinator at an API whose statements may take 300 ms."""
    app = create_app(settings.model_copy(update={"statement_timeout_ms": 300}), clock=lambda: NOW)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield Person(client, world.coordinator.token, None)


TENDER = {
    "title": "Accueil du public",
    "buyer": "Ville de Saint-Étienne",
    "deadline": {"wall_time": "2026-03-20T12:00:00"},
    "lots": [{"number": "1", "title": "Lot 1"}],
}


async def tenders(world: World) -> int:
    """How many tenders the cluster follows."""
    query = text("SELECT count(*) FROM tender WHERE cluster_id = :c")
    async with world.owner.transaction() as session:
        return int(await session.scalar(query, {"c": world.cluster_id}) or 0)


async def test_a_commit_that_waits_too_long_for_its_seal_is_refused_and_leaves_nothing(
    settings: Settings, world: World, owner: Database
) -> None:
    await write(world, 1)
    async with impatient(settings, world) as coordinator:
        async with owner.transaction() as session:
            await session.execute(
                text("SELECT FROM audit_head WHERE cluster_id = :c FOR UPDATE"),
                {"c": world.cluster_id},
            )
            answer = await coordinator.post("/v1/tenders", TENDER, key="the-same-key")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
        assert await tenders(world) == 0
        # Nothing of it was kept: the same key does it now.
        ok(await coordinator.post("/v1/tenders", TENDER, key="the-same-key"))
    assert await tenders(world) == 1
    assert (await verdict(world)).faults == 0


async def test_a_seal_that_cannot_be_made_fails_the_act_as_an_internal_error(
    settings: Settings, world: World
) -> None:
    await write(world, 3)
    rewound = (await head(world.owner, world)).seq - 1
    # A head that was rewound: the next number is taken.
    await tamper(
        settings,
        world,
        "UPDATE audit_head SET seq = seq - 1 WHERE cluster_id = %(cluster)s",
    )
    answer = await world.coordinator.post("/v1/tenders", TENDER)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "audit" not in answer.text
    assert await tenders(world) == 0
    assert (await head(world.owner, world)).seq == rewound
