"""Writing in the trail, tampering with it as nobody may, and asking what is wrong."""

import asyncio
from typing import Any

import psycopg
from sqlalchemy import text

from app.infra import embedded
from app.infra.db import Database, system_actor
from app.journal.domain import NotedSeal
from app.journal.service import record
from app.journal.verify import check_chain
from app.kernel.ids import new_id
from app.kernel.report import Report
from app.settings import Settings
from tests.world import NOW, World


async def write(world: World, count: int, **options: Any) -> None:
    """Entries, each in a transaction of its own."""
    for number in range(count):
        async with world.owner.transaction() as session:
            actor = await system_actor(session, world.cluster_id, NOW, f"req-{number}")
            await record(session, actor, f"act.{number}", new_id(), **options)


async def verdict(world: World, noted: str | None = None) -> Report:
    """What the check says of the world's chain."""
    async with world.owner.transaction() as session:
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        seal = NotedSeal.read(noted) if noted else None
        return await check_chain(session, world.cluster_id, noted=seal, advance=lambda _: None)


async def seals(world: World) -> list[Any]:
    """The chain as stored, in order."""
    query = text("SELECT * FROM audit_seal WHERE cluster_id = :cluster ORDER BY seq")
    async with world.owner.transaction() as session:
        return list(await session.execute(query, {"cluster": world.cluster_id}))


async def head(owner: Database, world: World) -> Any:
    """The head as stored, or None."""
    query = text("SELECT seq, hash FROM audit_head WHERE cluster_id = :cluster")
    async with owner.transaction() as session:
        return (await session.execute(query, {"cluster": world.cluster_id})).one_or_none()


def superuser(settings: Settings) -> str:
    """The URL of who may do anything in the test's own server."""
    return settings.owner_url().replace(embedded.OWNER, "postgres", 1)


async def tamper(settings: Settings, world: World, *statements: str) -> None:
    """Change what is stored, every trigger asleep; ``%(cluster)s`` is the world's cluster."""

    def act() -> None:
        with psycopg.connect(superuser(settings)) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode(), {"cluster": world.cluster_id})

    await asyncio.to_thread(act)
