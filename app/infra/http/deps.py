"""What endpoints ask for: the caller, a session, a hot read.

The session commits before the answer leaves (``scope="function"``): FastAPI's default since
0.118 would commit after the client has its 201.

Every dependency is ``async`` even when it awaits nothing: FastAPI sends a plain function to a
thread, which costs a list as much as its query. What lists ask for depends on little else: each
dependency costs a twentieth of a list.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession as SqlSession

from app.infra.db import Anyone, Database, ListQuery, enter
from app.infra.http.context import request_id
from app.infra.http.cursor import Cursors
from app.kernel.actor import Actor
from app.kernel.clock import Clock
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Installation:
    """What one API process holds open."""

    settings: Settings
    database: Database
    cursors: Cursors
    clock: Clock


_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token from `POST /v1/sessions` or `grappe token create`.",
)


async def installation(request: Request) -> Installation:
    """What this process holds open."""
    held: Installation = request.app.state.installation
    return held


Here = Annotated[Installation, Depends(installation)]


async def anyone(request: Request, credentials: Annotated[Any, Depends(_bearer)] = None) -> Anyone:
    """The caller, not yet checked."""
    here = await installation(request)
    token = credentials.credentials if credentials else None
    return Anyone(token, here.clock(), request_id.get())


Caller = Annotated[Anyone, Depends(anyone)]


@dataclass(frozen=True, slots=True)
class Work:
    """One request's transaction and the person in it."""

    session: SqlSession
    actor: Actor


async def open_session(here: Here) -> AsyncIterator[SqlSession]:
    """A transaction without a scope: row security shows it nothing of any cluster."""
    async with here.database.transaction() as opened:
        yield opened


OpenSession = Annotated[SqlSession, Depends(open_session, scope="function")]


async def signed_in(session: OpenSession, caller: Caller) -> Work:
    """The transaction, with the caller's scope set; raises Unauthenticated."""
    return Work(session, await enter(session, caller))


_Signed = Annotated[Work, Depends(signed_in, scope="function")]


async def _session(work: _Signed) -> SqlSession:
    return work.session


async def _actor(work: _Signed) -> Actor:
    return work.actor


Session = Annotated[SqlSession, Depends(_session, scope="function")]
Me = Annotated[Actor, Depends(_actor, scope="function")]


class Reader:
    """Hot reads as the caller: one round trip, JSON made by PostgreSQL, passed through."""

    def __init__(self, here: Installation, caller: Anyone, path: str) -> None:
        self._here = here
        self._caller = caller
        self._path = path

    async def list(
        self,
        query: ListQuery,
        limit: int,
        cursor: str | None,
        *,
        check: Callable[[Actor], None] | None = None,
    ) -> Response:
        """A page of ``query``, with the cursor of the next one.

        ``check`` raises when the caller may not read the list: rows are theirs by row security
        already, but an empty list would not tell them why.
        """
        scope = f"{self._path}?{query.scope}"
        position = self._here.cursors.read(scope, cursor, query.position_length) if cursor else None
        sql, values = query.at(position, limit)
        page = await self._here.database.read(self._caller, sql, values)
        if check is not None:
            check(page.actor)
        following = self._here.cursors.write(scope, page.following) if page.following else None
        tail = f'"{following}"' if following else "null"
        body = b'{"items":%b,"next_cursor":%b}' % (page.items, tail.encode())
        return Response(body, media_type="application/json")


async def reader(request: Request, caller: Caller) -> Reader:
    """Hot reads as the caller."""
    return Reader(await installation(request), caller, request.scope["path"])


Read = Annotated[Reader, Depends(reader)]
Limit = Annotated[int, Query(ge=1, le=100, description="Items on a page.")]
CursorText = Annotated[
    str | None,
    Query(max_length=500, description="`next_cursor` of the page before.", alias="cursor"),
]
