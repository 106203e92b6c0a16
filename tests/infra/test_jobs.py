"""Jobs are enqueued with the transaction that makes them due, and with nothing less."""

from uuid import uuid4

from sqlalchemy import text

from app.infra import jobs
from app.infra.db import Database, system_actor
from app.schedule import schedule
from tests.world import NOW, World

TASK = "upkeep.forget_jobs"


async def test_a_job_that_waits_already_is_dropped_and_the_rest_of_the_transaction_is_not(
    world: World, owner: Database
) -> None:
    """A savepoint that was never set let the drop undo the whole transaction, without a word."""
    schedule(jobs.queue)
    lock = f"test {uuid4()}"
    for name in ("Première", "Seconde"):
        async with owner.transaction() as session:
            await system_actor(session, world.cluster_id, NOW, "test")
            await session.execute(
                text("UPDATE cluster SET name = :name WHERE cluster_id = :id"),
                {"name": name, "id": world.cluster_id},
            )
            await jobs.defer(session, TASK, lock=lock, timestamp=0)
    async with owner.transaction() as session:
        name = await session.scalar(
            text("SELECT name FROM cluster WHERE cluster_id = :id"), {"id": world.cluster_id}
        )
        deferred = text("DELETE FROM procrastinate_jobs WHERE queueing_lock = :lock RETURNING id")
        waiting = list(await session.scalars(deferred, {"lock": lock}))
    assert (name, len(waiting)) == ("Seconde", 1)
