"""A real PostgreSQL, migrated by Alembic, one database per test process.

Each test works in a cluster of its own: row security keeps tests apart, as it does tenants.
"""

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
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
from app.infra.db.migrate import migrate
from app.main import create_app
from app.people.passwords import hashing
from app.settings import MAX_RATE, Settings
from tests.world import NOW, World, build_world

ROOT = Path(__file__).resolve().parents[1]
OWN_HASHER = hashing._HASHER
"""The service's, before tests make it quick."""
SHARED_DATA = ROOT.parent / "shared" / "data"


@contextmanager
def own_database(base: Settings, name: str) -> Iterator[Settings]:
    """A fresh, migrated database beside the one of ``base``, dropped at the end."""
    admin_url = base.owner_url().replace(embedded.OWNER, "postgres", 1)

    def administer(statement: str) -> None:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    with psycopg.connect(admin_url, autocommit=True) as connection:
        embedded.create_database(connection, name)
    urls = {
        key: SecretStr(make_url(url).set(database=name).render_as_string(False))
        for key, url in (
            ("database_url", base.login_url()),
            ("database_owner_url", base.owner_url()),
        )
    }
    settings = base.model_copy(update=urls)
    # Roles belong to the server, not to a database: test processes migrate one after the other.
    with (base.data_dir / "migrate.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        migrate(settings.owner_url(), settings.login_url())
    try:
        yield settings
    finally:
        administer(f"DROP DATABASE {name} WITH (FORCE)")


def own_name(stem: str) -> str:
    """A database name that is this process's alone, so that runs do not disturb each other."""
    return f"{stem}_{os.getpid()}"


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
    with embedded.database(base) as running, own_database(running, own_name("test")) as own:
        yield own


@pytest.fixture(scope="session")
async def client(settings: Settings) -> AsyncIterator[AsyncClient]:
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


@pytest.fixture
async def world(client: AsyncClient, owner: Database) -> World:
    """A cluster of its own with four companies, its people signed in."""
    return await build_world(client, owner)


@pytest.fixture
async def other_world(client: AsyncClient, owner: Database) -> World:
    """Another cluster: nothing of it may be seen from the first."""
    return await build_world(client, owner)
