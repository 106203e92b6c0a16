"""A database as requests use it: behind the walls."""

from collections.abc import AsyncIterator

import pytest

from app.infra.db import Database, open_database
from app.settings import Settings
from tests.conftest import login_of


@pytest.fixture(scope="session")
async def serving(settings: Settings) -> AsyncIterator[Database]:
    """The database as requests use it."""
    async with open_database(login_of(settings)) as opened:
        yield opened
