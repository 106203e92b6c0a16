"""A database as requests use it: behind the walls."""

from collections.abc import AsyncIterator

import pytest

from app.infra.db import Database, open_database
from app.settings import Settings


@pytest.fixture(scope="session")
async def serving(settings: Settings) -> AsyncIterator[Database]:
    """The database as requests use it."""
    async with open_database(settings.login_url()) as opened:
        yield opened
