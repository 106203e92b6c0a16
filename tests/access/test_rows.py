"""Trial 8, in rows: what SQL gives to a request that is in the wrong cluster, or in none."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra import jobs
from app.infra.db import Anyone, Database, enter, open_database
from app.kernel.errors import Unauthenticated
from app.settings import Settings
from tests.access.canaries import rows_of
from tests.access.digest import unchanged
from tests.access.scene import Scene
from tests.world import NOW, Person

pytestmark = pytest.mark.xdist_group("access")

MAY = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND a.attname = 'cluster_id' AND NOT a.attisdropped
  AND has_table_privilege('grappe_serving', c.oid, :act) ORDER BY 1
"""

ASKED_WITH_IDS = """
SELECT p.oid::regproc::text AS name, p.proargtypes::regtype[]::text[] AS types,
  p.provolatile = 'v' AS changes
FROM pg_proc p
WHERE p.pronamespace = 'app'::regnamespace
  AND p.pronargs > 0 AND has_function_privilege('grappe_serving', p.oid, 'EXECUTE') ORDER BY 1
"""

AT_SIGN_IN = {
    "app.memberships": "lists a person's roles before one of them is chosen",
    "app.second_factor": "asked for before a role is chosen; sealed by a key that no row holds",
    "app.end_sessions": "a password is a person's, who may be in several clusters",
}
"""Functions about a person in every cluster, and why."""

SETTINGS = """
SELECT DISTINCT found[1] FROM pg_proc p,
  regexp_matches(pg_get_functiondef(p.oid), '''(app\\.[a-z_]+)''', 'g') AS found
WHERE p.pronamespace = 'app'::regnamespace AND p.prokind = 'f'
"""


@pytest.fixture
async def serving(settings: Settings) -> AsyncIterator[Database]:
    """The database as requests see it, on one connection: whatever stays is found."""
    async with open_database(settings.login_url(), size=1) as opened:
        yield opened


@asynccontextmanager
async def acting(serving: Database, person: Person) -> AsyncIterator[AsyncSession]:
    """SQL in a person's scope."""
    async with serving.transaction() as session:
        await enter(session, Anyone(person.token, NOW, "req_test"))
        yield session


async def tables(owner: Database, act: str) -> list[str]:
    """Tables of clusters in which requests may do this."""
    async with owner.transaction() as session:
        return list(await session.scalars(text(MAY), {"act": act}))


async def test_without_a_cluster_no_table_has_a_row(
    serving: Database, owner: Database, scene: Scene
) -> None:
    names = await tables(owner, "SELECT")
    assert len(names) > 20
    async with serving.transaction() as session:
        for name in names:
            assert await session.scalar(text(f"SELECT count(*) FROM {name}")) == 0, name


async def test_in_another_cluster_no_table_has_a_row_of_this_one(
    serving: Database, owner: Database, scene: Scene, elsewhere: Scene
) -> None:
    home = {"home": scene.world.cluster_id}
    for who in ("coordinator", "alpha"):
        async with acting(serving, elsewhere.world.people[who]) as session:
            for name in await tables(owner, "SELECT"):
                query = text(f"SELECT count(*) FROM {name} WHERE cluster_id = :home")
                assert await session.scalar(query, home) == 0, name


async def test_a_rival_reads_no_row_of_a_consortium(
    serving: Database, owner: Database, scene: Scene
) -> None:
    x = [one.x.id for one in scene.stages.values()]
    held = {name for name, _ in await rows_of(owner, x)}
    ids = [one.removeprefix("con_") for one in x]
    async with acting(serving, scene.world.gamma) as session:
        for name in held & set(await tables(owner, "SELECT")):
            column = "id" if name == "consortium" else "consortium_id"
            query = text(f"SELECT count(*) FROM {name} WHERE {column} = ANY (CAST(:x AS uuid[]))")
            assert await session.scalar(query, {"x": ids}) == 0, name


async def written_columns(owner: Database, table: str) -> str:
    """The columns of a table that PostgreSQL does not make of others."""
    query = text(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = ''"
    )
    async with owner.transaction() as session:
        return str(await session.scalar(query, {"name": table}))


async def test_no_row_is_written_into_another_cluster(
    serving: Database, owner: Database, scene: Scene, elsewhere: Scene
) -> None:
    home = {"home": scene.world.cluster_id}
    for name in await tables(owner, "INSERT"):
        async with owner.transaction() as session:
            query = text(f"SELECT to_jsonb(t) FROM {name} t WHERE cluster_id = :home LIMIT 1")
            row = await session.scalar(query, home)
        if row is None:
            continue
        fresh = {"id": str(uuid4())} if "id" in row else {}
        written = await written_columns(owner, name)
        into = text(
            f"INSERT INTO {name} ({written})"
            f" SELECT {written} FROM jsonb_populate_record(NULL::{name}, :row)"
        )
        with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
            async with acting(serving, elsewhere.world.coordinator) as session:
                await session.execute(into, {"row": json.dumps({**row, **fresh})})


async def test_no_row_of_another_cluster_is_changed(
    serving: Database, owner: Database, scene: Scene, elsewhere: Scene
) -> None:
    columns = text(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relforcerowsecurity AND a.attnum > 0 AND NOT a.attisdropped"
        " AND has_column_privilege('grappe_serving', c.oid, a.attnum, 'UPDATE')"
    )
    async with owner.transaction() as session:
        granted = list(await session.execute(columns))
    assert granted
    async with acting(serving, elsewhere.world.coordinator) as session:
        for table, column in granted:
            change = text(f"UPDATE {table} SET {column} = {column} WHERE cluster_id = :home")
            done: Any = await session.execute(change, {"home": scene.world.cluster_id})
            assert done.rowcount == 0, table


async def functions(owner: Database, *, changes: bool) -> list[tuple[str, list[str]]]:
    """What requests may call with an id: name and types of the arguments."""
    async with owner.transaction() as session:
        rows = await session.execute(text(ASKED_WITH_IDS))
        found = [(one.name, one.types) for one in rows if one.changes == changes]
    taking = [one for one in found if "uuid" in one[1] and one[0] not in AT_SIGN_IN]
    assert len(taking) > 5
    return taking


async def test_no_function_tells_more_of_another_clusters_id_than_of_none(
    serving: Database, owner: Database, scene: Scene, elsewhere: Scene
) -> None:
    ids = await some_ids(owner, scene)
    for person in (elsewhere.world.coordinator, elsewhere.world.alpha):
        async with acting(serving, person) as session:
            for name, types in await functions(owner, changes=False):
                for one in ids:
                    found = await call(session, name, types, one)
                    assert found == await call(session, name, types, str(uuid4())), name


async def test_no_function_changes_anything_in_another_cluster(
    serving: Database, owner: Database, scene: Scene, elsewhere: Scene
) -> None:
    ids = await some_ids(owner, scene)
    for name, types in await functions(owner, changes=True):
        async with (
            unchanged(owner, scene.world.cluster_id),
            acting(serving, elsewhere.world.coordinator) as session,
        ):
            for one in ids:
                with suppress(DBAPIError):
                    async with session.begin_nested():
                        await call(session, name, types, one)


async def some_ids(owner: Database, scene: Scene) -> list[str]:
    """An id of each table of a cluster, and the people and roles behind them."""
    found = [str(scene.world.cluster_id)]
    async with owner.transaction() as session:
        for name in [*await tables(owner, "SELECT"), "membership", "token"]:
            query = text(f"SELECT to_jsonb(t) FROM {name} t WHERE cluster_id = :home LIMIT 2")
            for row in await session.scalars(query, {"home": scene.world.cluster_id}):
                found += [row[one] for one in ("id", "person_id", "member_id") if row.get(one)]
    return sorted(set(found))


PLAIN = {
    **{"bytea": "'\\x00'::bytea", "text": "'x'", "bigint": "1", "boolean": "false"},
    **{"timestamp with time zone": "now()", "date": "current_date", "integer": "1"},
    **{"text[]": "'{}'::text[]", "jsonb": "'{}'::jsonb", "interval": "interval '1 day'"},
}


async def call(session: AsyncSession, name: str, types: list[str], one: str) -> list[Any]:
    """What a function gives, with this id wherever it takes one."""
    given = {"uuid": f"'{one}'::uuid", "uuid[]": f"ARRAY['{one}'::uuid]", **PLAIN}
    arguments = ", ".join(given[kind] for kind in types)
    return list(map(tuple, await session.execute(text(f"SELECT * FROM {name}({arguments})"))))


async def test_nothing_stays_on_a_pooled_connection(
    serving: Database, owner: Database, scene: Scene
) -> None:
    async with owner.transaction() as session:
        names = list(await session.scalars(text(SETTINGS)))
    assert {"app.cluster", "app.member", "app.person", "app.membership"} <= set(names)
    left = text(
        "SELECT coalesce(current_setting(name, true), '')"
        " FROM unnest(CAST(:names AS text[])) AS name"
    )

    async def held() -> set[str]:
        async with serving.transaction() as session:
            return set(await session.scalars(left, {"names": names}))

    async with acting(serving, scene.world.alpha):
        pass
    assert await held() == {""}
    with pytest.raises(DBAPIError):
        async with acting(serving, scene.world.alpha) as session:
            await session.execute(text("SELECT 1 / 0"))
    assert await held() == {""}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), acting(serving, scene.world.alpha) as session:
            await session.execute(text("SELECT pg_sleep(30)"))
    assert await held() == {""}
    async with serving.transaction() as session:
        savepoint = await session.begin_nested()
        await enter(session, Anyone(scene.world.alpha.token, NOW, "req_test"))
        await savepoint.rollback()
        assert set(await session.scalars(left, {"names": names})) == {""}
    with pytest.raises(Unauthenticated):
        async with serving.transaction() as session:
            await enter(session, Anyone("nobody's", NOW, "req_test"))
    assert await held() == {""}


async def test_a_job_is_of_the_cluster_that_asked_for_it(
    serving: Database, owner: Database, scene: Scene, elsewhere: Scene
) -> None:
    lock = uuid4().hex
    async with acting(serving, elsewhere.world.alpha) as session:
        other = str(scene.world.cluster_id)
        await jobs.defer(session, "upkeep.forget_jobs", lock=lock, timestamp=0, cluster_id=other)
    stamped = text("SELECT args ->> 'cluster_id' FROM procrastinate_jobs WHERE queueing_lock = :l")
    async with owner.transaction() as session:
        assert await session.scalar(stamped, {"l": lock}) == str(elsewhere.world.cluster_id)
    with pytest.raises(ConnectorException) as refusal:
        async with serving.transaction() as session:
            await jobs.defer(session, "upkeep.forget_jobs", timestamp=0, cluster_id=other)
    assert "a job of no cluster cannot name one" in str(refusal.value.__cause__)
