"""Pools that tests share: to open one for each test costs more than most tests."""

from contextlib import AsyncExitStack

from app.infra.db import Database, open_database
from app.settings import Settings


class Pools:
    """Opens the database in a role once, and closes it with the session."""

    def __init__(self) -> None:
        self._opened: dict[tuple[str, str], Database] = {}
        self._stack = AsyncExitStack()

    async def of(self, settings: Settings, role: str) -> Database:
        """The database of these settings, as that role."""
        key = (settings.login_url(), role)
        if key not in self._opened:
            pool = open_database(key[0], role=role, size=2)
            self._opened[key] = await self._stack.enter_async_context(pool)
        return self._opened[key]

    async def close(self) -> None:
        """Close them all."""
        self._opened.clear()
        await self._stack.aclose()


POOLS = Pools()
