"""One thing: a hot read as the caller, one round trip, JSON made by PostgreSQL."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from app.infra.db import ItemQuery, ListQuery
from app.infra.http.deps import SCHEME, bearer_of, installation
from app.infra.http.reading import Check, Reading
from app.kernel.actor import Actor


class ItemReader(Reading):
    """One thing as the caller may see it."""

    async def item(self, query: ItemQuery, *, check: Check | None = None) -> Response:
        """The thing, with its ETag when it has a version.

        Raises NotFound, Unauthenticated, and what ``check`` does.
        """
        read = await self._read(query.query, query.values, check=check, trace=query.trace)
        headers = {"ETag": f'"{read.aside.decode()}"'} if read.aside is not None else None
        return Response(read.shown, headers=headers, media_type="application/json")

    async def data(self, query: ItemQuery, *, check: Check | None = None) -> tuple[Actor, Any]:
        """The caller and the thing, for what Python makes of it.

        Raises NotFound, Unauthenticated, and what ``check`` does.
        """
        read = await self._read(query.query, query.values, check=check, trace=query.trace)
        return read.actor, json.loads(read.shown)

    async def pages(self, query: ListQuery, size: int) -> AsyncIterator[list[Any]]:
        """All of a list for a file, ``size`` items at a time.

        Each page is a read of its own, so that a slow reader holds no connection. Raises
        NotFound, Unauthenticated.
        """
        position: list[str] | None = None
        while True:
            sql, values = query.at(position, size)
            read = await self._read(sql, values, trace=query.trace)
            yield json.loads(read.shown)
            if read.aside is None:
                return
            position = json.loads(read.aside)


async def _item_reader(request: Request) -> ItemReader:
    here = await installation(request)
    return ItemReader(here, bearer_of(request, here))


Item = Annotated[ItemReader, Depends(_item_reader)]
"""What a read of one thing asks for; its route says ``openapi_extra=SIGNED_IN``."""

SIGNED_IN: dict[str, Any] = {"security": [{SCHEME: []}]}
"""What the API's document says of it."""
