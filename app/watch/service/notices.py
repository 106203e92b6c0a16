"""Reading notices."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.actor import Actor, Role
from app.kernel.errors import Forbidden, NotFound
from app.watch.models import ImportRun, NoticeRow, NoticeVersion

MAX_LISTED = 100
"""Versions and later notices shown with a notice; beyond, the list of versions tells."""


class Version(NamedTuple):
    """When a notice was first seen to read as it did in this version."""

    version: int
    seen_at: datetime


async def get_notice(session: AsyncSession, notice_id: UUID) -> NoticeRow:
    """A notice, for anyone signed in; raises NotFound."""
    notice = await session.get(NoticeRow, notice_id)
    if notice is None:
        raise NotFound
    return notice


async def versions_of(session: AsyncSession, notice_id: UUID) -> list[Version]:
    """The newest versions of a notice, newest first."""
    query = (
        select(NoticeVersion.version, NoticeVersion.seen_at)
        .where(NoticeVersion.notice_id == notice_id)
        .order_by(NoticeVersion.version.desc())
        .limit(MAX_LISTED)
    )
    return [Version(*row) for row in await session.execute(query)]


async def later_notices(session: AsyncSession, notice: NoticeRow) -> list[NoticeRow]:
    """Notices that name this one, or that its procedure published after it: oldest first."""
    # Word for word the condition of the partial index.
    some = text("follows <> '{}'")
    same = and_(some, NoticeRow.follows.contains([notice.source_id]))
    if notice.procedure_id is not None:
        same = or_(
            same,
            (NoticeRow.procedure_id == notice.procedure_id)
            & (NoticeRow.published_on > notice.published_on),
        )
    query = (
        select(NoticeRow)
        .where(NoticeRow.source == notice.source, NoticeRow.id != notice.id, same)
        .order_by(NoticeRow.published_on, NoticeRow.id)
        .limit(MAX_LISTED)
    )
    return list(await session.scalars(query))


async def require_run(session: AsyncSession, actor: Actor, run_id: UUID) -> None:
    """Let a coordinator see what a run set aside. Raises NotFound, Forbidden."""
    if await session.get(ImportRun, run_id) is None:
        raise NotFound
    if actor.role is not Role.COORDINATOR:
        raise Forbidden
