"""A database as requests use it, and one as jobs do."""

from collections.abc import AsyncIterator

import pytest

from app.infra.db import Database, open_database
from app.infra.db.connections import JOB
from app.settings import Settings


@pytest.fixture(scope="session")
async def job(settings: Settings) -> AsyncIterator[Database]:
    """The database as jobs use it."""
    async with open_database(settings.login_url(), role=JOB) as opened:
        yield opened
