"""What imports need: the database as the importer, and a portal on the loopback."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.infra.db import Database, open_database
from app.infra.db.connections import IMPORTER
from app.infra.jobs import queue
from app.schedule import schedule
from app.settings import Settings
from tests.conftest import login_of
from tests.watch.portal import Portal


@pytest.fixture(scope="session")
async def importer(settings: Settings) -> AsyncIterator[Database]:
    """The database as the role of imports."""
    schedule(queue)
    async with open_database(login_of(settings), role=IMPORTER) as opened:
        yield opened


@pytest.fixture
def portal() -> Iterator[Portal]:
    """An HTTP server that answers as the bulletin's portal does."""
    with Portal() as running:
        yield running
