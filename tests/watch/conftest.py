"""What imports need: the database as the importer, and a portal on the loopback."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text

from app.infra.db import Database, open_database
from app.infra.db.connections import IMPORTER
from app.infra.jobs import queue
from app.schedule import schedule
from app.settings import Settings
from app.watch import service
from tests.watch.portal import Naps, Portal


@pytest.fixture(scope="session")
async def importer(settings: Settings) -> AsyncIterator[Database]:
    """The database as the role of imports."""
    schedule(queue)
    async with open_database(settings.login_url(), role=IMPORTER) as opened:
        yield opened


@pytest.fixture
def portal() -> Iterator[Portal]:
    """An HTTP server that answers as the bulletin's portal does."""
    with Portal() as running:
        yield running


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
async def boamp_on(owner: Database, portal: Portal) -> AsyncIterator[None]:
    """The source, turned on towards the portal, as if it had never been asked."""
    clean = text(
        "UPDATE source SET last_success_at = NULL, failing_since = NULL, last_error = NULL,"
        " quiet_until = NULL, window_days = 3"
    )
    left = text(
        "UPDATE import_run SET state = 'failed', finished_at = now() WHERE state = 'running'"
    )
    async with owner.transaction() as session:
        await session.execute(clean)
        await session.execute(left)
        await service.enable_source(session, "boamp", base_url=portal.url, pace_ms=0)
    yield
    async with owner.transaction() as session:
        await service.disable_source(session, "boamp")
        await session.execute(clean)
