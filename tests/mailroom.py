"""The mail of the tests: a real server, and a worker that brings it there."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import text

from app.infra import jobs
from app.infra.db import Database
from app.infra.db.connections import IMPORTER, JOB
from app.schedule import schedule
from app.settings import Settings
from tests import ticks
from tests.pools import POOLS
from tests.postbox import Postbox, mailing, postbox
from tests.world import NOW

LEFTOVERS = (
    "DELETE FROM procrastinate_jobs WHERE status = 'todo'",
    "UPDATE saved_search SET ended_at = created_at WHERE ended_at IS NULL",
    "DELETE FROM search_news",
    "UPDATE digest SET until = coalesce(until, due_at), sent_at = due_at WHERE sent_at IS NULL",
)
LINK = re.compile(r"^https://grappe\.essai\.example/[a-z-]+#(\S+)$", re.M)


@dataclass
class Mailroom:
    """The box, and the worker's part of filling it."""

    box: Postbox
    settings: Settings

    async def deliver(self, at: datetime = NOW, *, tick: str | None = None) -> None:
        """Run the jobs that are due, as a worker does, at that moment; first of all ``tick``."""
        job = await POOLS.of(self.settings, JOB)
        importer = await POOLS.of(self.settings, IMPORTER)
        async with jobs.worker_connector(self.settings.login_url()) as queue:
            schedule(queue)
            jobs.databases.set(jobs.WorkerDatabases(job, importer))
            jobs.settings.set(self.settings)
            jobs.clock.set(lambda: at)
            if tick is not None:
                await ticks.tick(queue, tick)
            await queue.run_worker_async(
                wait=False, install_signal_handlers=False, listen_notify=False
            )

    def links(self, address: str) -> list[str]:
        """The tokens of the links that arrived for an address, oldest first."""
        return [
            token
            for message in self.box.to(address)
            for token in LINK.findall(message.get_content().replace("\r\n", "\n"))
        ]


@pytest.fixture
async def mailroom(settings: Settings, owner: Database, pools: None) -> AsyncIterator[Mailroom]:
    """An empty box, and nothing that other tests left to do, to tell or to mail."""
    async with owner.transaction() as session:
        for leftover in LEFTOVERS:
            await session.execute(text(leftover))
    async with postbox() as box:
        yield Mailroom(box, mailing(settings, box))
