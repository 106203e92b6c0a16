"""Background entry points of what a cluster follows."""

from uuid import UUID

import procrastinate
from sqlalchemy import text

from app.infra import jobs
from app.infra.db import system_actor
from app.journal.service import subscribe
from app.tenders import service
from app.watch.events import NoticeChanged, NoticeCorrected, NoticesAwarded

blueprint = procrastinate.Blueprint()

NOTICE_CHANGED = "tenders.notice_changed"
NOTICES_AWARDED = "tenders.notices_awarded"
APPLY_NOTICE = "tenders.apply_notice"


@blueprint.task(name=NOTICE_CHANGED, retry=jobs.RETRY)
async def notice_changed(notice_id: str, corrected_by: str | None = None) -> None:
    """Tell each cluster that follows the notice, by a job inside that cluster's walls."""
    await _tell(notice_id, corrected_by)


@blueprint.task(name=NOTICES_AWARDED, retry=jobs.RETRY)
async def notices_awarded(awards: list[list[str]]) -> None:
    """Tell each cluster that follows one of the notices that its result is out."""
    for awarded_by, notice_id in awards:
        await _tell(notice_id, awarded_by)


async def _tell(notice_id: str, later_id: str | None) -> None:
    database = jobs.databases.get().job
    async with database.transaction() as session:
        followers = await session.scalars(
            text("SELECT app.followers(:notice)"), {"notice": UUID(notice_id)}
        )
        clusters = list(followers)
    for cluster_id in clusters:
        async with database.transaction() as session:
            await system_actor(session, cluster_id, jobs.clock.get()(), "job")
            await jobs.defer(session, APPLY_NOTICE, notice_id=notice_id, corrected_by=later_id)


@blueprint.task(name=APPLY_NOTICE, retry=jobs.RETRY)
async def apply_notice(cluster_id: str, notice_id: str, corrected_by: str | None = None) -> None:
    """Carry the news to the cluster's tender, and say so."""
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, UUID(cluster_id), jobs.clock.get()(), "job")
        await service.apply_notice(
            session, actor, UUID(notice_id), UUID(corrected_by) if corrected_by else None
        )


subscribe(NoticeChanged, NOTICE_CHANGED)
subscribe(NoticeCorrected, NOTICE_CHANGED)
subscribe(NoticesAwarded, NOTICES_AWARDED)
