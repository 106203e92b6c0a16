"""Steps of calls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from app.calls import tasks
from app.infra import jobs
from app.infra.db.connections import JOB
from app.kernel.ids import decode
from app.settings import Settings
from tests.consortia.steps import ok
from tests.pools import POOLS
from tests.world import NOW, Person, World

TODAY = NOW.date().isoformat()


def billing_body(**changes: Any) -> dict[str, Any]:
    """An association that charges tax on contributions, and none on fees."""
    return {
        "name": "Initiatives et Furan",
        "legal_form": "Association loi 1901",
        "siren": "732829320",
        "vat_number": "FR44732829320",
        "address": "12 rue de la Halle\n42000 Saint-Étienne",
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        **changes,
    }


async def bill(world: World, **changes: Any) -> None:
    """Say who bills, for the first time."""
    ok(await world.treasurer.put("/v1/billing", billing_body(**changes), 0), 200)


async def call(world: World, person: Person, until: str = TODAY) -> list[Any]:
    """What a member owes, called; its calls, newest first."""
    ok(await world.treasurer.post("/v1/calls", {"member_id": person.member, "until": until}))
    return list(ok(await person.get("/v1/calls"), 200)["items"])


@asynccontextmanager
async def working(settings: Settings, after: timedelta = timedelta(0)) -> AsyncIterator[None]:
    """As a job finds things, that long after all files were written."""
    job = await POOLS.of(settings, JOB)
    databases = jobs.databases.set(jobs.WorkerDatabases(job, job))
    held = jobs.settings.set(settings)
    clock = jobs.clock.set(lambda: NOW + after)
    yield
    jobs.databases.reset(databases)
    jobs.settings.reset(held)
    jobs.clock.reset(clock)


async def drawn(world: World, call_id: str, settings: Settings) -> None:
    """The job that draws a call."""
    async with working(settings):
        await tasks.draw(str(world.cluster_id), str(decode("cll", call_id)))
