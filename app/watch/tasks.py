"""Background entry points of the watch."""

import procrastinate

from app.infra import jobs
from app.settings import Settings
from app.watch import service
from app.watch.service.sources import IMPORT_TASK

blueprint = procrastinate.Blueprint()

TICK = "watch.tick"
FORGET = "watch.forget"


@blueprint.task(name=TICK, queueing_lock=TICK)
async def tick(timestamp: int) -> None:  # noqa: ARG001 - the queue gives it to periodic tasks
    """Ask for the import of each source whose hour has come."""
    async with jobs.databases.get().importer.transaction() as session:
        await service.request_due_imports(session, jobs.clock.get()())


@blueprint.task(name=IMPORT_TASK, retry=jobs.RETRY)
async def import_source(source: str) -> None:
    """Import what a source published lately, if it is still on."""
    asking = service.Asking(
        jobs.databases.get().importer, contact=Settings().contact, clock=jobs.clock.get()
    )
    await service.import_source(asking, source, sole=True)


@blueprint.task(name=FORGET, queueing_lock=FORGET)
async def forget(timestamp: int) -> None:  # noqa: ARG001 - the queue gives it to periodic tasks
    """Forget old runs, and the bodies of versions that are long past."""
    settings = Settings()
    await service.forget(
        jobs.databases.get().importer,
        jobs.clock.get()(),
        runs_days=settings.keep_runs_days,
        raw_days=settings.keep_raw_days,
    )
