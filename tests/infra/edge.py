"""The API in this process under settings of one's own, and the addresses that it comes from."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.settings import Settings
from tests.world import NOW


@asynccontextmanager
async def api(
    settings: Settings, *, address: str = "127.0.0.1", **changes: Any
) -> AsyncIterator[AsyncClient]:
    """A client of the API, coming from ``address``, with some settings changed."""
    app = create_app(settings.model_copy(update=changes), clock=lambda: NOW)
    transport = ASGITransport(app=app, raise_app_exceptions=False, client=(address, 40_000))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://test") as opened,
    ):
        yield opened
