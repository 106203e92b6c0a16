"""Queries of the split by name; each starts from what the caller may see."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.domain import Agreed, fee_in
from app.consortia.models import AwardPart, Consortium, Receipt
from app.consortia.split_models import LotPrice, Split, SplitItem, SplitLine, SplitPart

Row = TypeVar("Row", LotPrice, SplitItem, SplitLine, SplitPart)

_STANDING = text("""
    SELECT
      ARRAY(SELECT p.id FROM party p
        WHERE p.cluster_id = :cluster AND p.consortium_id = :consortium
          AND p.joined_at IS NOT NULL AND p.left_at IS NULL AND p.role <> 'relied_upon'),
      ARRAY(SELECT l.lot_id FROM consortium_lot l
        WHERE l.cluster_id = :cluster AND l.consortium_id = :consortium),
      (SELECT p.id FROM party p
        WHERE p.cluster_id = :cluster AND p.consortium_id = :consortium
          AND p.role = 'lead' AND p.left_at IS NULL),
      coalesce((SELECT max(s.number) FROM split s
        WHERE s.cluster_id = :cluster AND s.consortium_id = :consortium), 0)
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a split is held to: who may have a part, the lots, the lead's party, its newest number.

    Who lends means alone has no part (R2142-3). The number is 0 before the first version.
    """

    parties: frozenset[UUID]
    lots: frozenset[UUID]
    lead_id: UUID
    number: int


async def standing(session: AsyncSession, consortium: Consortium) -> Standing:
    """Who and what a split must speak of now; to be asked once the consortium is locked."""
    where = {"cluster": consortium.cluster_id, "consortium": consortium.id}
    parties, lots, lead_id, number = (await session.execute(_STANDING, where)).one()
    return Standing(frozenset(parties), frozenset(lots), lead_id, number)


async def latest_split(session: AsyncSession, consortium: Consortium) -> Split | None:
    """The newest version of the split."""
    query = select(Split).where(
        Split.cluster_id == consortium.cluster_id, Split.consortium_id == consortium.id
    )
    found: Split | None = await session.scalar(query.order_by(Split.number.desc()).limit(1))
    return found


async def fee_in_receipt(session: AsyncSession, receipt: Receipt) -> int:
    """The lead's own fee in a receipt, in cents; 0 on an award without amount."""
    query = select(AwardPart.amount_cents, AwardPart.mandate_cents).where(
        AwardPart.cluster_id == receipt.cluster_id,
        AwardPart.award_id == receipt.award_id,
        AwardPart.party_id == receipt.party_id,
    )
    part = (await session.execute(query)).one_or_none()
    return fee_in(receipt.amount_cents, *part) if part and part.mandate_cents else 0


async def agreed_lines(session: AsyncSession, split_id: UUID, lot_id: UUID) -> list[Agreed]:
    """The lines of a lot in a version, in order."""
    query = select(
        SplitLine.party_id, SplitLine.mandate, SplitLine.amount_cents, SplitLine.bps
    ).where(
        SplitLine.cluster_id == text("app.cluster()"),
        SplitLine.split_id == split_id,
        SplitLine.lot_id == lot_id,
    )
    return [Agreed(*row) for row in await session.execute(query.order_by(SplitLine.id))]


Content = tuple[list[LotPrice], list[SplitItem], list[SplitLine], list[SplitPart]]


async def content(session: AsyncSession, split: Split | None) -> Content:
    """All of a version, each in its order; nothing of none."""
    if split is None:
        return [], [], [], []

    cluster_id, split_id = split.cluster_id, split.id

    async def rows(model: type[Row]) -> list[Row]:
        query = select(model).where(model.cluster_id == cluster_id, model.split_id == split_id)
        return list(await session.scalars(query.order_by(model.id)))

    return await rows(LotPrice), await rows(SplitItem), await rows(SplitLine), await rows(SplitPart)
