"""Connections: what the database drops is opened anew; what is prepared is bounded."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text

from app.infra import embedded
from app.infra.db import Anyone, Query, open_database
from app.infra.db.connections import JOB, MAX_PREPARED, SERVING
from app.settings import Settings
from tests.world import NOW, World, siren

COUNT = Query("SELECT (SELECT count(*)::text FROM pg_prepared_statements), NULL::text")


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
    hot = Query("SELECT 'hot', NULL::text")
    kept = Query(
        "SELECT count(*)::text, NULL::text FROM pg_prepared_statements"
        f" WHERE name = '{hot.name}' AND generic_plans + custom_plans > {MAX_PREPARED}"
    )
    async with open_database(settings.login_url(), size=1) as database:
        for number in range(MAX_PREPARED + 30):
            page = await database.read(caller, hot, ())
            assert page.items == b"hot"
            await database.read(caller, Query(f"SELECT '{number}', NULL::text"), ())
        assert int((await database.read(caller, COUNT, ())).items) <= MAX_PREPARED
        assert (await database.read(caller, kept, ())).items == b"1"
