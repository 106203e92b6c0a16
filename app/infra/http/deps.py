"""What endpoints ask for: the caller, a session.

The session commits before the answer leaves (``scope="function"``): FastAPI's default since
0.118 would commit after the client has its 201.

Every dependency is ``async`` even when it awaits nothing: FastAPI sends a plain function to a
thread, which costs a list as much as its query. What lists ask for depends on little else: each
dependency costs a twentieth of a list.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession as SqlSession
from starlette.routing import BaseRoute

from app.infra.db import Anyone, Database, enter
from app.infra.files import Files
from app.infra.http import context
from app.infra.http.asgi import origin_of
from app.infra.http.context import request_id
from app.infra.http.credential import credential
from app.infra.http.cursor import Cursors
from app.kernel.actor import Actor
from app.kernel.clock import Clock
from app.kernel.errors import Unauthenticated
from app.kernel.scopes import all_scopes, needed_scope
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Installation:
    """What one API process holds open."""

    settings: Settings
    database: Database
    cursors: Cursors
    clock: Clock
    secret: str
    files: Files


SCHEME = "token"
"""The name of the security scheme in the API's document."""

_documented = HTTPBearer(
    auto_error=False,
    scheme_name=SCHEME,
    description="A token from `POST /v1/sessions`, `POST /v1/tokens` or `grappe token create`. "
    "A browser may hold a session in the cookie `__Host-grappe` instead (`delivery: cookie`); "
    "the cookie counts in requests of the same origin alone.",
)


async def installation(request: Request) -> Installation:
    """What this process holds open."""
    held: Installation = request.app.state.installation
    return held


Here = Annotated[Installation, Depends(installation)]


async def anyone(request: Request, _: Annotated[Any, Depends(_documented)] = None) -> Anyone:
    """The caller, who shows a credential; see ``bearer_of``."""
    return bearer_of(request, await installation(request))


def bearer_of(request: Request, here: Installation) -> Anyone:
    """The caller, who shows a credential that is not yet checked; raises Unauthenticated.

    Asked for before anything of the request is judged: a stranger is told that they are one.
    """
    caller = caller_of(request, here)
    if not caller.token:
        raise Unauthenticated
    return caller


def scopes_of(routes: Iterable[BaseRoute]) -> list[str]:
    """What a program's token may be made for: the scopes that these ask for."""
    return all_scopes(
        (str(route.tags[0]), method)
        for route in routes
        if isinstance(route, APIRoute) and route.tags
        for method in route.methods or ()
    )


def caller_of(request: Request, here: Installation) -> Anyone:
    """The caller of a request, not yet checked; raises CrossSite."""
    token = credential(request, here.settings.public_url)
    tags = request.scope["route"].tags
    needs = needed_scope(tags[0], request.method) if tags else None
    return Anyone(token, here.clock(), request_id.get(), origin_of(request.scope), needs)


Caller = Annotated[Anyone, Depends(anyone)]


async def visitor(request: Request, here: Here) -> Anyone:
    """Whoever asks, whatever credential they hold: for the ways in."""
    return Anyone(None, here.clock(), request_id.get(), origin_of(request.scope))


Visitor = Annotated[Anyone, Depends(visitor)]


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
    work = Work(session, await enter(session, caller))
    context.signed_in.set(True)
    return work


_Signed = Annotated[Work, Depends(signed_in, scope="function")]


async def _session(work: _Signed) -> SqlSession:
    return work.session


async def _actor(work: _Signed) -> Actor:
    return work.actor


Session = Annotated[SqlSession, Depends(_session, scope="function")]
Me = Annotated[Actor, Depends(_actor, scope="function")]
