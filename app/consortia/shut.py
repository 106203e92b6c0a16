"""Reads of one consortium: who would be inside but for a wall is told so, all others nothing."""

from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

from app.consortia import domain
from app.consortia.domain import Ground, Held
from app.infra.db import ItemQuery
from app.infra.http.items import ItemReader
from app.kernel.errors import NotFound

Shown = TypeVar("Shown")

_WALLS = """
    SELECT coalesce(json_agg(json_build_array(ground, lot_id)), '[]') AS item, NULL AS version
    FROM app.walls_before($1::uuid)"""


async def told_why(item: ItemReader, consortium_id: UUID, read: Awaitable[Shown]) -> Shown:
    """What a read of a consortium gives; raises NotFound, SawRivalPrices, ColleagueInRival."""
    try:
        return await read
    except NotFound:
        _, found = await item.data(ItemQuery(_WALLS, [consortium_id]))
        domain.require_free([Held(Ground(one), UUID(lot)) for one, lot in found], domain.SHUT)
        raise
