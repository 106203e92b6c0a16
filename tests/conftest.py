"""A real PostgreSQL, migrated by Alembic, one database per test process.

Each test works in a cluster of its own: row security keeps tests apart, as it does tenants.
"""

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from httpx import ASGITransport, AsyncClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from app.infra import embedded
from app.infra.db import Database, open_database
from app.infra.db.connections import SERVING
from app.infra.db.migrate import migrate
from app.main import create_app
from app.people.passwords import hashing
from app.settings import MAX_RATE, Settings
from tests.pools import POOLS
from tests.world import NOW, World, build_world

ROOT = Path(__file__).resolve().parents[1]
OWN_HASHER = hashing._HASHER
"""The service's, before tests make it quick."""
SHARED_DATA = ROOT.parent / "shared" / "data"


@contextmanager
def own_database(base: Settings, name: str) -> Iterator[Settings]:
    """A fresh, migrated database beside the one of ``base``, dropped at the end."""
    superuser = at(base, "postgres").owner_url().replace(embedded.OWNER, "postgres", 1)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        # Test processes take turns: the first one migrates, and all of them copy.
        with (base.data_dir / "template.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            template = migrated_template(base, connection)
            connection.execute(
                f"CREATE DATABASE {name} OWNER {embedded.OWNER} TEMPLATE {template}".encode()
            )
        embedded.create_database(connection, name)
        try:
            yield at(base, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def migrated_template(base: Settings, superuser: psycopg.Connection[tuple[object, ...]]) -> str:
    """The name of a database at the newest schema, made once for each state of the code."""
    name = f"template_{state_of_the_code()}"
    marked = superuser.execute("SELECT datname FROM pg_database WHERE datname ~ '^template_'")
    known = {str(one) for (one,) in marked.fetchall()}
    for stale in known - {name}:
        superuser.execute(f"DROP DATABASE {stale}".encode())
    if name not in known:
        # Under another name until it is whole: what a killed run left is never copied.
        superuser.execute(b"DROP DATABASE IF EXISTS unfinished_template WITH (FORCE)")
        embedded.create_database(superuser, "unfinished_template")
        begun = at(base, "unfinished_template")
        migrate(begun.owner_url(), begun.login_url())
        superuser.execute(f"ALTER DATABASE unfinished_template RENAME TO {name}".encode())
    return name


def state_of_the_code() -> str:
    """Of all that a migration may read: a template of older code is never copied."""
    files = sorted([*ROOT.glob("app/**/*.py"), *ROOT.glob("alembic/**/*.py")])
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:24]


def at(settings: Settings, database: str) -> Settings:
    """Settings that lead to another database of the same server."""
    urls = {
        key: SecretStr(make_url(url).set(database=database).render_as_string(False))
        for key, url in (
            ("database_url", settings.login_url()),
            ("database_owner_url", settings.owner_url()),
        )
    }
    return settings.model_copy(update=urls)


def spare_the_disk(running: Settings) -> None:
    """What is committed reaches the system, and outlives a killed server; it waits for no disk.

    Half of the suite's time was that wait.
    """
    superuser = at(running, "postgres").owner_url().replace(embedded.OWNER, "postgres", 1)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")


def own_name(stem: str) -> str:
    """A database name that is this process's alone, so that runs do not disturb each other."""
    return f"{stem}_{os.getpid()}"


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: while some wait for the database or a process, one works."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Stop when tests of a group would part: each worker would build what they share anew."""
    if not config.getoption("loadgroup", default=False):
        return
    for item in items:
        if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
            raise pytest.UsageError(f"pytest-xdist does not see the group of {item.nodeid}")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """The same argon2id at its least cost: a third of the suite's time went into it."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "_HASHER", quick)
        yield


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of this test process, with a database of its own."""
    base = Settings(
        data_dir=ROOT / ".grappe" / "test",
        worker=False,
        # Counted as in production, and never reached: all tests come from one address.
        rate_limit_per_minute=MAX_RATE,
        rate_limit_writes_per_minute=MAX_RATE,
        rate_limit_anonymous_per_minute=MAX_RATE,
    )
    with embedded.database(base) as running:
        spare_the_disk(running)
        with own_database(running, own_name("test")) as own:
            yield own


@pytest.fixture(scope="session")
async def pools(settings: Settings) -> AsyncIterator[None]:
    """Close what tests opened on the way, before their database goes."""
    yield
    await POOLS.close()


@pytest.fixture(scope="session")
async def client(settings: Settings, pools: None) -> AsyncIterator[AsyncClient]:
    """The API in this process, at the fixed moment ``NOW``."""
    app = create_app(settings, clock=lambda: NOW)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://test") as opened,
    ):
        yield opened


@pytest.fixture(scope="session")
async def owner(settings: Settings) -> AsyncIterator[Database]:
    """The database as its owner: what the operator does, and what tests look up."""
    async with open_database(settings.owner_url(), role=None) as opened:
        yield opened


@pytest.fixture(scope="session")
async def serving(settings: Settings, pools: None) -> Database:
    """The database as requests see it."""
    return await POOLS.of(settings, SERVING)


@pytest.fixture
async def world(client: AsyncClient, owner: Database) -> World:
    """A cluster of its own with four companies, its people signed in."""
    return await build_world(client, owner)


@pytest.fixture
async def other_world(client: AsyncClient, owner: Database) -> World:
    """Another cluster: nothing of it may be seen from the first."""
    return await build_world(client, owner)
