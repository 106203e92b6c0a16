"""A refusal from which an amount can be computed: that it was told is recorded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service as consortia
from app.contracts import domain
from app.infra.db import Anyone, enter
from app.infra.http.deps import Installation


@asynccontextmanager
async def told(
    session: AsyncSession, here: Installation, caller: Anyone, consortium_id: UUID
) -> AsyncIterator[None]:
    """Record the opening in a transaction of its own when what is done is refused so.

    Asked often enough, a refusal is the amount; the refused transaction itself is undone.
    """
    try:
        yield
    except domain.TELLING:
        await session.rollback()
        async with here.database.transaction() as trace:
            await consortia.opened(trace, await enter(trace, caller), consortium_id)
        raise
