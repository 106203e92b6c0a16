"""Every recurring job of the product, on one page."""

from datetime import UTC, datetime

import procrastinate
import structlog
from procrastinate import JobContext
from procrastinate.jobs import Status

from app.alerts import tasks as alerts
from app.calls import tasks as calls
from app.certificates import tasks as certificates
from app.documents import tasks as documents
from app.flows import tasks as flows
from app.journal import tasks as journal
from app.people import tasks as people
from app.searches import tasks as searches
from app.tenders import tasks as tenders
from app.watch import tasks as watch

log = structlog.get_logger()

NAMESPACE = "grappe"
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "20 * * * *"
AT_NIGHT = "40 3 * * *"

STALLED_AFTER_SECONDS = 30
"""A worker that gave no sign for so long is dead: its beats are five seconds apart."""

MAX_ATTEMPTS = 5
"""A job whose worker died so often is taken for what kills it."""

KEPT_HOURS = 7 * 24
"""How long a finished job can be looked up."""

upkeep = procrastinate.Blueprint()
ROOMS = (
    upkeep,
    journal.blueprint,
    people.blueprint,
    watch.blueprint,
    certificates.blueprint,
    documents.blueprint,
    calls.blueprint,
    tenders.blueprint,
    searches.blueprint,
    flows.blueprint,
    alerts.blueprint,
)


@upkeep.task(name="upkeep.retry_stalled", queueing_lock="upkeep.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Put the jobs of killed workers back into the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        log.warning("job_stalled", job=job.id, task=job.task_name, attempts=job.attempts)
        if job.attempts >= MAX_ATTEMPTS:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job, retry_at=datetime.now(UTC))


@upkeep.task(name="upkeep.forget_jobs", queueing_lock="upkeep.forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Delete jobs that ended long ago."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


def schedule(queue: procrastinate.App) -> None:
    """Make every task known to the queue, by its own name too, and say when each recurs.

    Idempotent. Any process that announces events needs it: it also loads who subscribes.
    """
    if any(name.startswith(f"{NAMESPACE}:") for name in queue.tasks):
        return
    for blueprint in ROOMS:
        named = dict(blueprint.tasks)
        queue.add_tasks_from(blueprint, namespace=NAMESPACE)
        for name, task in named.items():
            queue.add_task_alias(task, name)
    queue.periodic(cron=EVERY_MINUTE)(retry_stalled)
    queue.periodic(cron=EVERY_MINUTE)(watch.tick)
    queue.periodic(cron=EVERY_MINUTE)(journal.tick)
    queue.periodic(cron=EVERY_MINUTE)(searches.tell)
    queue.periodic(cron=EVERY_MINUTE)(alerts.tick)
    queue.periodic(cron=EVERY_HOUR)(alerts.look)
    queue.periodic(cron=AT_NIGHT)(forget_jobs)
    queue.periodic(cron=AT_NIGHT)(people.forget_sign_ins)
    queue.periodic(cron=AT_NIGHT)(watch.forget)
    queue.periodic(cron=AT_NIGHT)(certificates.sweep)
    queue.periodic(cron=AT_NIGHT)(documents.sweep)
    queue.periodic(cron=AT_NIGHT)(calls.sweep)
