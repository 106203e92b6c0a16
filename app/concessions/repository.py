"""Queries of a concession by name; each starts from what the caller may see."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.concessions.models import ConcessionAccount, ConcessionTerms
from app.consortia.service import Standing


async def terms(session: AsyncSession, standing: Standing) -> ConcessionTerms | None:
    """The terms that hold, if there are any."""
    found: ConcessionTerms | None = await session.scalar(
        select(ConcessionTerms)
        .where(
            ConcessionTerms.cluster_id == standing.consortium.cluster_id,
            ConcessionTerms.consortium_id == standing.consortium.id,
        )
        .order_by(ConcessionTerms.number.desc())
        .limit(1)
    )
    return found


async def last_number(
    session: AsyncSession, cluster_id: UUID, consortium_id: UUID, year: int | None
) -> int:
    """The number of the newest version of the forecast, or of a year's figures; 0 before any."""
    query = select(func.coalesce(func.max(ConcessionAccount.number), 0)).where(
        ConcessionAccount.cluster_id == cluster_id,
        ConcessionAccount.consortium_id == consortium_id,
        ConcessionAccount.year.is_not_distinct_from(year),
    )
    return int(await session.scalar(query) or 0)
