"""Waiting for a turn to render, before a connection of the database is taken."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from app.forms import Rendering
from app.infra.http.deps import Caller


async def turn(request: Request, _caller: Caller) -> AsyncIterator[None]:
    """A turn of this process, for whoever shows a credential; raises RenderingBusy."""
    rendering: Rendering = request.app.state.rendering
    async with rendering.turn():
        yield


Turn = Annotated[None, Depends(turn, scope="function")]
"""Named before the session: a request that waits holds no connection."""
