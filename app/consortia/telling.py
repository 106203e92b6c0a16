"""A refusal from which an amount can be computed: that it was told is recorded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia import service
from app.infra.db import Anyone, enter
from app.infra.http.deps import Installation
from app.kernel.errors import AppError


@asynccontextmanager
async def told(
    session: AsyncSession,
    here: Installation,
    caller: Anyone,
    consortium_id: UUID,
    telling: tuple[type[AppError], ...],
) -> AsyncIterator[None]:
    """Record the opening in a transaction of its own when ``telling`` refuses what is done.

    Asked often enough, a refusal is the amount; the refused transaction itself is undone.
    """
    try:
        yield
    except telling:
        await session.rollback()
        async with here.database.transaction() as trace:
            await service.opened(trace, await enter(trace, caller), consortium_id)
        raise
