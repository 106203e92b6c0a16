"""Charging by a run: asked for by a person, done by a job, batch by batch.

Each batch is a transaction with its checkpoint. What is charged has its row, under a key of its
own: a run killed anywhere goes on where it was, and two do no more than one.
"""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions import service as contributions
from app.flows import run_queries
from app.flows.models import ChargeRun
from app.infra import jobs
from app.infra.db import hold
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.days import not_in_future

TASK = "flows.charge"
BATCH = 5_000
"""Invoices that one statement charges; memory does not depend on how many wait."""
CORRECTIONS = 100
"""Credit notes and reversals in one transaction: each is charged by itself."""
_NONE = UUID(int=0)


async def ask_run(session: AsyncSession, actor: Actor, until: date) -> ChargeRun:
    """Ask for a run that charges what is dated ``until`` or before; raises Forbidden, Invalid."""
    require(actor, Permission.KEEP_FLOWS)
    not_in_future(until, actor.now.date(), "/until")
    run = ChargeRun(
        cluster_id=actor.cluster_id,
        until_day=until,
        state="waiting",
        charges=0,
        amount_cents=0,
        asked_at=actor.now,
        person_id=actor.person_id,
    )
    session.add(run)
    await session.flush()
    await record(session, actor, "charge_run.asked", run.id)
    await jobs.defer(session, TASK, turn=f"charge {actor.cluster_id}", run_id=str(run.id))
    return run


async def step(session: AsyncSession, actor: Actor, run_id: UUID, *, size: int = BATCH) -> bool:
    """Do a batch of a run; whether there may be more."""
    await hold(session, f"charge run {actor.cluster_id}")
    run = await session.get(ChargeRun, (actor.cluster_id, run_id), populate_existing=True)
    if run is None or run.state == "done":
        return False
    values = {"until": run.until_day, "reached": run.reached or _NONE, "size": size}
    batch = await contributions.charge_batch(session, actor, run_queries.DUE, values)
    run.charges += batch.charges
    run.amount_cents += batch.amount_cents
    if batch.due:
        run.reached = batch.reached
        return True
    # After the invoices that they correct.
    found = await run_queries.corrections(session, run.until_day, CORRECTIONS)
    for one in found:
        amounts = await contributions.charge_correction(session, actor, one)
        run.charges += len(amounts)
        run.amount_cents += sum(amounts)
    if found:
        return True
    run.state, run.ended_at = "done", actor.now
    await record(session, actor, "charge_run.done", run.id, detail={"charges": run.charges})
    return False
