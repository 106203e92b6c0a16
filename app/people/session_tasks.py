"""Background entry points of sign-in."""

from datetime import timedelta

import procrastinate
from sqlalchemy import text

from app.infra import jobs
from app.kernel.clock import system_clock

blueprint = procrastinate.Blueprint()

FORGET_SIGN_INS = "people.forget_sign_ins"
KEPT = timedelta(days=30)
"""How long a session that ended is kept: the role used last is known from it."""


@blueprint.task(name=FORGET_SIGN_INS, queueing_lock=FORGET_SIGN_INS)
async def forget_sign_ins(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are given it
    """Delete counters of tries whose time is over, and sessions that ended long ago."""
    now = system_clock()
    async with jobs.databases.get().job.transaction() as session:
        await session.execute(
            text("SELECT app.forget_sign_ins(:now, :before)"), {"now": now, "before": now - KEPT}
        )
