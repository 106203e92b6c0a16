"""Background entry points of the watch."""

from uuid import UUID

import procrastinate

from app.infra import jobs
from app.journal.service import subscribe
from app.settings import Settings
from app.watch import service
from app.watch.contracts import service as contracts
from app.watch.events import NoticesArrived
from app.watch.groups import service as groups
from app.watch.service.sources import IMPORT_TASK

blueprint = procrastinate.Blueprint()

TICK = "watch.tick"
FORGET = "watch.forget"
PROPOSE_PAIRS = "watch.propose_pairs"
NAME_BUYERS = "watch.name_buyers"


@blueprint.task(name=TICK, queueing_lock=TICK)
async def tick(timestamp: int) -> None:  # noqa: ARG001 - the queue gives it to periodic tasks
    """Ask for the import of each source whose hour has come."""
    async with jobs.databases.get().importer.transaction() as session:
        await service.request_due_imports(session, jobs.clock.get()())


@blueprint.task(name=IMPORT_TASK, queue=jobs.IMPORTS, retry=jobs.RETRY)
async def import_source(source: str) -> None:
    """Import what a source published lately, if it is still on."""
    asking = service.Asking(
        jobs.databases.get().importer, contact=Settings().contact, clock=jobs.clock.get()
    )
    await service.import_source(asking, source, sole=True)


@blueprint.task(name=PROPOSE_PAIRS, retry=jobs.RETRY)
async def propose_pairs(notice_ids: list[str]) -> None:
    """Propose what of an import's batch may be of one procedure with what is there."""
    async with jobs.databases.get().importer.transaction() as session:
        await groups.propose(session, [UUID(one) for one in notice_ids], jobs.clock.get()())


@blueprint.task(name=NAME_BUYERS, retry=jobs.RETRY)
async def name_buyers(notice_ids: list[str]) -> None:
    """Give buyers of contracts that are known by number alone the name that notices tell."""
    async with jobs.databases.get().importer.transaction() as session:
        await contracts.name_buyers(session, [UUID(one) for one in notice_ids])


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


subscribe(NoticesArrived, PROPOSE_PAIRS)
subscribe(NoticesArrived, NAME_BUYERS)
