"""Reading notices."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import NotFound
from app.watch.models import NoticeRow


async def get_notice(session: AsyncSession, notice_id: UUID) -> NoticeRow:
    """A notice, for anyone signed in; raises NotFound."""
    notice = await session.get(NoticeRow, notice_id)
    if notice is None:
        raise NotFound
    return notice
