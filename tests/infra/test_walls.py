"""The second wall: what PostgreSQL itself refuses, whatever our code forgets."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.infra.db import Database, open_database
from app.infra.db.connections import UnsafeLogin
from app.settings import Settings
from tests.world import World


@pytest.fixture
async def serving(settings: Settings) -> AsyncIterator[Database]:
    """The database as requests see it."""
    async with open_database(settings.login_url(), size=2) as opened:
        yield opened


async def test_requests_have_no_grant_on_people_and_credentials(serving: Database) -> None:
    people = ("person", "membership", "token", "attempt", "password_reset", "second_factor")
    for table in (*people, "recovery_code", "identity", "procrastinate_jobs"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with serving.transaction() as session:
                await session.execute(text(f"SELECT * FROM {table}"))


async def test_only_what_reads_the_scope_or_computes_is_open_to_all(owner: Database) -> None:
    """Of what is immutable, the answer is in the question."""
    async with owner.transaction() as session:
        names = await session.scalars(
            text(
                "SELECT p.proname FROM pg_proc p, aclexplode(coalesce(p.proacl,"
                "   acldefault('f', p.proowner))) a"
                " WHERE p.pronamespace = 'app'::regnamespace AND a.grantee = 0"
                " AND (p.provolatile <> 'i' OR p.prosecdef) ORDER BY 1"
            )
        )
        assert list(names) == ["cluster", "member", "membership"]


@pytest.mark.usefixtures("world")
async def test_without_a_cluster_nothing_is_seen(serving: Database) -> None:
    async with serving.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM member")) == 0
        assert await session.scalar(text("SELECT count(*) FROM cluster")) == 0


async def test_another_cluster_is_not_seen_nor_written(serving: Database, world: World) -> None:
    async with serving.transaction() as session:
        await session.execute(
            text("SELECT set_config('app.cluster', :id, true)"), {"id": str(uuid4())}
        )
        assert await session.scalar(text("SELECT count(*) FROM member")) == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with serving.transaction() as session:
            await _insert_member(session, at_home=uuid4(), into=world.cluster_id)


async def test_a_scope_ends_with_its_transaction(serving: Database, world: World) -> None:
    async with serving.transaction() as session:
        await session.execute(
            text("SELECT set_config('app.cluster', :id, true)"), {"id": str(world.cluster_id)}
        )
        assert await session.scalar(text("SELECT count(*) FROM member")) == 4
    for _ in range(4):
        async with serving.transaction() as session:
            assert await session.scalar(text("SELECT count(*) FROM member")) == 0


async def test_a_superuser_may_not_serve(settings: Settings) -> None:
    url = settings.login_url().replace("grappe_login", "postgres", 1)
    with pytest.raises(UnsafeLogin):
        async with open_database(url, size=1):
            pass


async def _insert_member(session: object, *, at_home: UUID, into: UUID) -> None:
    execute = session.execute  # type: ignore[attr-defined]
    await execute(text("SELECT set_config('app.cluster', :id, true)"), {"id": str(at_home)})
    await execute(
        text(
            "INSERT INTO member (cluster_id, id, name, siren, state, joined_on)"
            " VALUES (:cluster, gen_random_uuid(), 'X', '000000000', 'active', '2026-01-01')"
        ),
        {"cluster": into},
    )
