"""Lists: hot reads as the caller, one round trip each, JSON made by PostgreSQL."""

import json
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.infra.db import Anyone, ListQuery
from app.infra.http.deps import Installation, bearer_of, installation
from app.infra.http.items import SIGNED_IN
from app.infra.http.query import query_model, query_parameters
from app.infra.http.reading import Check, Reading


class Page(BaseModel):
    """What every list takes; a list with filters adds them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(20, ge=1, le=100, description="Items on a page.")
    cursor: str | None = Field(
        None, max_length=500, description="`next_cursor` of the page before."
    )


Asked = TypeVar("Asked", bound=Page)


class Reader(Reading, Generic[Asked]):
    """A list as the caller asked for it."""

    def __init__(self, here: Installation, caller: Anyone, path: str, asked: Asked) -> None:
        super().__init__(here, caller)
        self.asked = asked
        self._path = path

    async def list(self, query: ListQuery, *, check: Check | None = None) -> Response:
        """A page of ``query``, with the cursor of the next one.

        Raises BadCursor, Unauthenticated, what ``check`` does, and NotFound when the list hangs
        on something that is not there.
        """
        cursors = self._here.cursors
        scope = f"{self._path}?{query.scope}"
        cursor = self.asked.cursor
        position = cursors.read(scope, cursor, query.position_length) if cursor else None
        sql, values = query.at(position, self.asked.limit)
        read = await self._read(sql, values, check=check, trace=query.trace)
        tail = b"null"
        if read.aside is not None:
            tail = f'"{cursors.write(scope, json.loads(read.aside))}"'.encode()
        body = b'{"items":%b,"next_cursor":%b}' % (read.shown, tail)
        return Response(body, media_type="application/json")


def listing(asked: type[Asked]) -> Any:
    """The dependency of a list that takes ``asked``; its route says ``openapi_extra=asks(…)``.

    It asks for nothing but the request: each dependency below it would cost a list a twentieth.
    """
    read = query_model(asked)

    async def reader(request: Request) -> Reader[Asked]:
        here = await installation(request)
        caller = bearer_of(request, here)
        return Reader(here, caller, request.scope["path"], await read(request))

    return Depends(reader)


def asks(asked: type[Page]) -> dict[str, Any]:
    """What the API's document says of a list: its parameters, and that one signs in."""
    return {**query_parameters(asked), **SIGNED_IN}


Listed = Annotated[Reader[Page], listing(Page)]
"""A list without filters; its route says ``openapi_extra=PAGE``."""

PAGE = asks(Page)
