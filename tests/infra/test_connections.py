"""Connections: what the database drops is opened anew; what is prepared is bounded."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text

from app.infra import embedded
from app.infra.db import Anyone, Query, open_database
from app.infra.db.connections import JOB, SERVING
from app.infra.db.wire import MAX_PREPARED
from app.kernel.errors import Unauthenticated
from app.kernel.ids import new_id
from app.settings import Settings
from tests.world import NOW, World, siren

COUNT = Query("SELECT count(*)::text FROM pg_prepared_statements")


def drop_connections(settings: Settings) -> None:
    """What a restart of the database does to those who are connected."""
    admin = settings.owner_url().replace(embedded.OWNER, "postgres", 1)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = %s",
            (embedded.LOGIN,),
        )


async def test_reads_outlive_a_restart_of_the_database(world: World, settings: Settings) -> None:
    for _ in range(2):
        await asyncio.gather(*[world.alpha.get("/v1/members") for _ in range(24)])
        await asyncio.to_thread(drop_connections, settings)
        answers = await asyncio.gather(*[world.alpha.get("/v1/members") for _ in range(24)])
        assert {answer.status_code for answer in answers} == {200}


async def test_writes_outlive_a_restart_of_the_database(world: World, settings: Settings) -> None:
    await asyncio.gather(*[world.alpha.get("/v1/me") for _ in range(24)])
    await asyncio.to_thread(drop_connections, settings)
    body = {"name": "X", "siren": siren(f"{world.cluster_id} restart")}
    answer = await world.coordinator.post("/v1/members", body)
    assert answer.status_code == 201, answer.text
    answers = await asyncio.gather(*[world.alpha.get("/v1/me") for _ in range(24)])
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("role", [SERVING, JOB])
async def test_a_stale_connection_is_not_given_out(settings: Settings, role: str) -> None:
    async with open_database(settings.login_url(), role=role, size=2) as database:
        async with database.transaction() as one, database.transaction() as other:
            await one.execute(text("SELECT 1"))
            await other.execute(text("SELECT 1"))
        await asyncio.to_thread(drop_connections, settings)
        for _ in range(2):
            async with database.transaction() as session:
                assert await session.scalar(text("SELECT 1")) == 1


async def test_a_connection_keeps_a_bounded_number_of_queries(
    world: World, settings: Settings
) -> None:
    caller = Anyone(world.alpha.token, NOW, "test")
    hot = Query("SELECT 'hot'")
    kept = Query(
        "SELECT count(*)::text FROM pg_prepared_statements"
        f" WHERE name = '{hot.name}' AND generic_plans + custom_plans > {MAX_PREPARED}"
    )
    async with open_database(settings.login_url(), size=1) as database:
        for number in range(MAX_PREPARED + 30):
            assert (await database.read(caller, hot, ())).columns == (b"hot",)
            await database.read(caller, Query(f"SELECT '{number}'"), ())
        ((count,), (used,)) = [
            (await database.read(caller, query, ())).columns or (b"",) for query in (COUNT, kept)
        ]
        assert int(count or 0) <= MAX_PREPARED
        assert used == b"1"


async def test_what_suits_rare_values_and_common_ones_is_planned_for_each(
    world: World, settings: Settings
) -> None:
    caller = Anyone(world.alpha.token, NOW, "test")
    sql = "SELECT ($1::uuid)::text"
    plain, by_values = Query(sql), Query(f"{sql} ", by_values=True)
    plans = "SELECT generic_plans > 0, custom_plans::text FROM pg_prepared_statements"
    async with open_database(settings.login_url(), size=1) as database:
        for query in [plain, by_values] * 10:
            await database.read(caller, query, [world.cluster_id])
        found = [
            (await database.read(caller, Query(f"{plans} WHERE name = '{one.name}'"), ())).columns
            for one in (plain, by_values)
        ]
    assert found == [(b"t", b"5"), (b"f", b"10")]


@pytest.mark.parametrize("failing", ["SELECT 1 / $1::int", "SELECT nothing FROM nowhere"])
async def test_a_plan_outlives_the_failure_that_it_came_with(
    world: World, settings: Settings, failing: str
) -> None:
    """Plans are made in the message of their first use: whether that failed or not."""
    caller, stranger = Anyone(world.alpha.token, NOW, "test"), Anyone("unknown", NOW, "test")
    values = (0,) if "$1" in failing else ()
    async with open_database(settings.login_url(), size=1) as database:
        for _ in range(3):
            with pytest.raises(Unauthenticated):
                await database.read(stranger, Query(failing), values)
            with pytest.raises(psycopg.Error):
                await database.read(caller, Query(failing), values)
        assert (await database.read(caller, COUNT, ())).columns == (b"2" if values else b"1",)


async def test_a_read_writes_nothing_and_a_write_is_told_apart(
    world: World, settings: Settings
) -> None:
    caller = Anyone(world.alpha.token, NOW, "test")
    event = Query(
        "INSERT INTO event (cluster_id, id, at, type, data)"
        " VALUES (app.cluster(), $1, now(), 'x.done', '{}')"
    )
    async with open_database(settings.login_url(), size=1) as database:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await database.read(caller, event, [new_id()])
        await database.write(caller, event, [new_id()])
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await database.read(caller, event, [new_id()])
    async with world.owner.transaction() as session:
        count = "SELECT count(*) FROM event WHERE cluster_id = :id AND type = 'x.done'"
        assert await session.scalar(text(count), {"id": world.cluster_id}) == 1


async def test_a_read_that_is_given_up_leaves_a_connection_that_serves(
    world: World, settings: Settings
) -> None:
    caller = Anyone(world.alpha.token, NOW, "test")
    async with open_database(settings.login_url(), size=1) as database:
        for seconds in (0.05, 0.1):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(seconds):
                    await database.read(caller, Query("SELECT pg_sleep(20)"), ())
            assert (await database.read(caller, Query("SELECT 1"), ())).columns == (b"1",)
