"""What saved searches need: notices imported by the real importer, and a worker that matches."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from app.infra import jobs
from app.infra.db import Database, open_database
from app.infra.db.connections import IMPORTER, JOB
from app.infra.jobs import queue
from app.schedule import schedule
from app.settings import Settings
from app.watch.service import import_records
from tests.world import NOW, World


@dataclass
class Watch:
    """The importer and the worker of an installation."""

    settings: Settings
    importer: Database
    job: Database

    async def bring(self, *records: dict[str, Any], at: datetime = NOW) -> None:
        """Import these records; nothing is matched yet."""
        await import_records(self.importer, records, clock=lambda: at)

    async def work(self, at: datetime = NOW) -> None:
        """Run the jobs that are due, as a worker does, at that moment."""
        async with jobs.worker_connector(self.settings.login_url()) as running:
            await self.run(
                lambda: running.run_worker_async(
                    wait=False, install_signal_handlers=False, listen_notify=False
                ),
                at,
            )

    async def run(self, task: Callable[[], Awaitable[None]], at: datetime = NOW) -> None:
        """Run something inside a worker, at that moment."""
        databases = jobs.databases.set(jobs.WorkerDatabases(self.job, self.importer))
        clock = jobs.clock.set(lambda: at)
        try:
            await task()
        finally:
            jobs.clock.reset(clock)
            jobs.databases.reset(databases)

    async def arrive(self, *records: dict[str, Any], at: datetime = NOW) -> None:
        """Import these records, and match them."""
        await self.bring(*records, at=at)
        await self.work(at)


@pytest.fixture(scope="session")
async def watch(settings: Settings) -> AsyncIterator[Watch]:
    """The importer and the worker, open."""
    schedule(queue)
    login = settings.login_url()
    async with (
        open_database(login, role=IMPORTER, size=2) as importer,
        open_database(login, role=JOB, size=2) as job,
    ):
        yield Watch(settings, importer, job)


@pytest.fixture
async def world(world: World) -> AsyncIterator[World]:
    """Its searches end with the test: else they find what all later ones import, and tell it."""
    yield world
    end = text(
        "UPDATE saved_search SET ended_at = :now WHERE cluster_id = :cluster AND ended_at IS NULL"
    )
    async with world.owner.transaction() as session:
        await session.execute(end, {"now": NOW, "cluster": world.cluster_id})
