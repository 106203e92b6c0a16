"""The scenes that the proofs share, and a service whose requests leave no trace."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.alerts.digests.service import REFUSAL
from app.infra.db import Database
from app.infra.secret import secret_key
from app.kernel.ids import decode
from app.main import create_app
from app.settings import Settings
from tests.access.scene import MARKS_ELSEWHERE, Scene, build_scene
from tests.world import NOW


@pytest.fixture(scope="session")
async def scene(client: AsyncClient, owner: Database, settings: Settings) -> Scene:
    """The cluster with X and Y. Never changed by a test: what succeeds is rehearsed."""
    built = await build_scene(client, owner)
    treasurer = decode("per", built.person_id)
    built.refusal = REFUSAL.mint(secret_key(settings), built.world.cluster_id, treasurer)
    return built


@pytest.fixture(scope="session")
async def elsewhere(client: AsyncClient, owner: Database) -> Scene:
    """Another cluster with all the same."""
    return await build_scene(client, owner, MARKS_ELSEWHERE)


class Rehearsed(Database):
    """What a request does is checked as at its commit, and rolled back."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with self.sessions() as session:
            yield session
            await session.flush()
            await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


@pytest.fixture(scope="session")
async def rehearsal(settings: Settings) -> AsyncIterator[AsyncClient]:
    """The service, but for commits: so every persona finds the scene as it was built."""
    app = create_app(settings, clock=lambda: NOW)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://test") as opened,
    ):
        held = app.state.installation
        database = Rehearsed(held.database.engine, held.database._pool)
        app.state.installation = replace(held, database=database)
        yield opened
