"""Jobs that an event asks for."""

from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.infra import jobs
from app.infra.db import Database
from app.schedule import schedule
from app.settings import Settings
from app.tenders.tasks import NOTICE_CHANGED


async def test_a_job_that_finds_no_database_is_tried_again(
    settings: Settings, owner: Database
) -> None:
    nowhere = create_async_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    away = Database(nowhere, None)  # type: ignore[arg-type]
    notice = str(uuid4())
    async with jobs.worker_connector(settings.login_url()) as queue:
        schedule(queue)
        token = jobs.databases.set(jobs.WorkerDatabases(away, away))
        await queue.configure_task(NOTICE_CHANGED).defer_async(notice_id=notice)
        await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
        jobs.databases.reset(token)
    await nowhere.dispose()
    async with owner.transaction() as session:
        row = (
            await session.execute(
                text(
                    "SELECT status::text, attempts FROM procrastinate_jobs"
                    " WHERE args ->> 'notice_id' = :notice"
                ),
                {"notice": notice},
            )
        ).one()
    assert tuple(row) == ("todo", 1)
