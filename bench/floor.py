"""The floor: Starlette and asyncpg, JSON made by PostgreSQL, nobody signs in.

Run by uvicorn as its own process; reads its database from ``BENCH_FLOOR_URL``.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.watch.repository import Search, notices
from bench.cases import CASES, Case, floor_sql

POOL_SIZE = 8
"""Connections, as many as one API process has for reads by default."""


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Hold the pools; searches are planned for their values, as the product's are."""
    url, by_values = os.environ["BENCH_FLOOR_URL"], {"plan_cache_mode": "force_custom_plan"}
    async with (
        asyncpg.create_pool(url, min_size=POOL_SIZE, max_size=POOL_SIZE) as pool,
        asyncpg.create_pool(url, min_size=1, server_settings=by_values) as searching,
    ):
        app.state.pool, app.state.searching = pool, searching
        yield


def endpoint(case: Case) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that sends what one query gives."""

    async def answer(request: Request) -> Response:
        values = [UUID(request.query_params["cluster"])] if case.of_cluster else []
        body = await request.app.state.pool.fetchval(case.floor_sql, *values)
        return Response(body, media_type="application/json")

    return answer


async def search(request: Request) -> Response:
    """The page that a search gives: the product's own SQL, with what was asked as its values."""
    asked = request.query_params
    query = notices(Search(asked["q"], asked["cpv"], (asked["department"],)))
    values = [value for _, given in query.filters for value in given]
    values.append(UUID(asked["cluster"]))
    body = await request.app.state.searching.fetchval(floor_sql(query), *values)
    return Response(body, media_type="application/json")


app = Starlette(
    routes=[
        *(Route(case.floor_path, endpoint(case)) for case in CASES),
        Route("/search", search),
    ],
    lifespan=lifespan,
)
