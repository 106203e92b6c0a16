"""The demo cluster, played through the services once, and seen over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from app.alerts.digests.domain import BUNDLED
from app.alerts.tasks import TICK
from app.demo.companies import PASSWORD
from app.demo.load import DemoExists, build
from app.infra import jobs
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER, JOB
from app.infra.files import Files
from app.main import create_app
from app.schedule import schedule
from app.settings import Settings
from tests.conftest import own_database, own_name
from tests.ticks import tick
from tests.world import NOW


@dataclass
class Town:
    """The demo as people see it: one signed-in client per mail address."""

    client: AsyncClient
    settings: Settings
    mails: list[Path]

    async def sign_in(self, email: str) -> dict[str, str]:
        """The headers of a person who signed in by password."""
        body = {"email": email, "password": PASSWORD}
        answer = await self.client.post("/v1/sessions", json=body)
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    async def get(self, email: str, path: str) -> Any:
        """GET as a person."""
        return (await self.download(email, path)).json()

    async def download(self, email: str, path: str) -> Response:
        """The same, as it came."""
        answer = await self.client.get(path, headers=await self.sign_in(email))
        assert answer.status_code == 200, answer.text
        return answer

    async def consortium(self, email: str, name: str) -> Any:
        """A consortium by its name, as a person sees it."""
        items = (await self.get(email, "/v1/consortia"))["items"]
        return next(item for item in items if item["name"] == name)


@pytest.fixture(scope="package")
async def town(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The demo in a database of its own, as of the fixed moment; its jobs have run."""
    with own_database(settings, own_name("demo")) as own:
        async with (
            open_database(own.owner_url(), role=None, size=1) as owner,
            open_database(own.login_url(), size=2) as serving,
            open_database(own.login_url(), role=IMPORTER, size=2) as importer,
            open_database(own.login_url(), role=JOB, size=2) as job,
            jobs.worker_connector(own.login_url()) as queue,
        ):
            await build(owner, serving, importer, job, Files(own), now=NOW)
            with pytest.raises(DemoExists):
                await build(owner, serving, importer, job, Files(own), now=NOW)
            schedule(queue)
            jobs.databases.set(jobs.WorkerDatabases(job, importer))
            folder = tmp_path_factory.mktemp("demo")
            jobs.settings.set(own.model_copy(update={"data_dir": folder}))
            for later in (timedelta(), BUNDLED):
                jobs.clock.set(lambda at=NOW + later: at)  # type: ignore[misc]
                await tick(queue, TICK)
                await queue.run_worker_async(wait=False, install_signal_handlers=False)
            async with serve(own, NOW) as client:
                yield Town(client, own, sorted((folder / "mail").iterdir()))


@asynccontextmanager
async def serve(settings: Settings, now: datetime) -> AsyncIterator[AsyncClient]:
    """The demo's service at a moment."""
    app = create_app(settings, clock=lambda: now)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://demo") as client,
    ):
        yield client
