"""Walks histories on a stage: the API in this process, and a world in it."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
from httpx import ASGITransport, AsyncClient
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from app.contributions import service as contributions
from app.contributions.domain import default_terms
from app.infra import embedded
from app.infra.db import open_database, system_actor
from app.main import create_app
from app.settings import MAX_RATE, Settings
from tests.conftest import ROOT, own_database, own_name
from tests.trials.histories.execution import Histories
from tests.trials.histories.talks import NEXT_DAY, Stage
from tests.world import NOW, World, build_world


def play(stage: Stage, histories: int, steps: int, number: int) -> None:
    """Walk random histories; raises AssertionError with the first one that breaks something."""

    class Staged(Histories):
        pass

    Staged.stage = stage
    seed(number)(Staged)
    run_state_machine_as_test(
        Staged,
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=timedelta(minutes=1),
            database=None,
            # To shorten what it found takes longer than to find it: the seed walks there again.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@contextmanager
def staged(own: Settings) -> Iterator[Stage]:
    """The API in this process and a world in it, on a loop of their own."""
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()
    stage: Stage | None = None

    async def begin() -> World:
        app = create_app(own, clock=lambda: stage.now if stage else NOW)
        transport = ASGITransport(app=app, raise_app_exceptions=False)
        await stack.enter_async_context(app.router.lifespan_context(app))
        client = AsyncClient(transport=transport, base_url="http://test")
        await stack.enter_async_context(client)
        owner = await stack.enter_async_context(open_database(own.owner_url(), role=None))
        world = await build_world(client, owner)
        await change_rate(world)
        return world

    try:
        stage = Stage(loop, loop.run_until_complete(begin()))
        yield stage
    finally:
        loop.run_until_complete(stack.aclose())
        loop.close()


async def change_rate(world: World) -> None:
    """From the next day on a joint answer owes another share."""
    usual = default_terms()
    terms = replace(usual, rates=(replace(usual.rates[0], bps=1_237), *usual.rates[1:]))
    async with world.owner.transaction() as session:
        actor = await system_actor(session, world.cluster_id, NOW, "test")
        await contributions.set_policy(session, actor, valid_from=NEXT_DAY.date(), terms=terms)


@contextmanager
def unhurried(own: Settings) -> Iterator[None]:
    """Commits wait for no disk: what is asked here is not what a crash leaves."""
    with psycopg.connect(own.owner_url(), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    yield


def walk(histories: int, steps: int, number: int) -> tuple[Counter[str], str]:
    """Histories in a database of its own: what was done, and what broke, if any."""
    base = Settings(
        data_dir=ROOT / ".grappe" / "trials",
        worker=False,
        log_level="error",
        rate_limit_per_minute=MAX_RATE,
        rate_limit_writes_per_minute=MAX_RATE,
        rate_limit_anonymous_per_minute=MAX_RATE,
    )
    with (
        embedded.database(base) as running,
        own_database(running, own_name("histories")) as own,
        unhurried(own),
        staged(own) as stage,
    ):
        try:
            play(stage, histories, steps, number)
        except AssertionError as failure:
            return stage.done, f"seed {number}: {str(failure)[:2000]}"
    return stage.done, ""
