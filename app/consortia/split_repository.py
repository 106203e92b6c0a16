"""Queries of the split by name."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.models import Consortium
from app.consortia.split_models import LotPrice, Split, SplitLine


async def latest_split(session: AsyncSession, consortium: Consortium) -> Split | None:
    """The newest version of the split."""
    query = select(Split).where(
        Split.cluster_id == consortium.cluster_id, Split.consortium_id == consortium.id
    )
    found: Split | None = await session.scalar(query.order_by(Split.number.desc()).limit(1))
    return found


async def split_content(
    session: AsyncSession, split: Split
) -> tuple[list[LotPrice], list[SplitLine]]:
    """The prices and lines of one version."""
    prices = await session.scalars(
        select(LotPrice)
        .where(LotPrice.cluster_id == split.cluster_id, LotPrice.split_id == split.id)
        .order_by(LotPrice.id)
    )
    lines = await session.scalars(
        select(SplitLine)
        .where(SplitLine.cluster_id == split.cluster_id, SplitLine.split_id == split.id)
        .order_by(SplitLine.id)
    )
    return list(prices), list(lines)
