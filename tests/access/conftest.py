"""The scenes that the proofs share, and a service whose requests leave no trace."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app import api
from app.alerts.digests.service import REFUSAL
from app.infra.db import Database
from app.infra.http.deps import Here, open_session
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


@pytest.fixture(scope="session")
async def rehearsal(settings: Settings) -> AsyncIterator[AsyncClient]:
    """The service, but a request's transaction is rolled back when it would commit.

    So every persona finds the scene as it was built. What is checked at commit is checked first.
    """
    app: FastAPI = create_app(settings, clock=lambda: NOW)

    async def rolled_back(here: Here) -> AsyncIterator[AsyncSession]:
        async with here.database.sessions() as session:
            yield session
            await session.flush()
            await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    # Routes of its own: those that apps share know of no app whose overrides they would ask for.
    app.router.routes = [route for route in app.router.routes if route not in api.ROUTES]
    for room in api.ROOMS:
        app.include_router(room)
    app.dependency_overrides[open_session] = rolled_back
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://test") as opened,
    ):
        yield opened
