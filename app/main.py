"""The application: lifespan, routers, one error handler."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from app import api
from app.clusters.company_search import open_company_search
from app.forms import Rendering
from app.infra import logs
from app.infra.db import open_database
from app.infra.files import Files
from app.infra.http import errors
from app.infra.http.cors import add_cors
from app.infra.http.cursor import Cursors
from app.infra.http.deps import Here, Installation
from app.infra.http.docs import add_docs
from app.infra.http.guard import Guard
from app.infra.http.metrics import Metrics, add_metrics
from app.infra.http.middleware import RequestContext
from app.infra.http.once import Replay
from app.infra.http.rates import Limits
from app.infra.jobs import queue
from app.infra.secret import secret_key
from app.journal import refusals
from app.kernel.clock import Clock, system_clock
from app.schedule import schedule
from app.settings import Settings
from app.web.door import add_door

DESCRIPTION = """
Grappe lets a cluster of companies (*grappe*, *PTCE*) watch calls for tenders together, answer
them in consortia, split roles and money, and settle what each owes the cluster.

Sign in with `POST /v1/sessions`, then send `Authorization: Bearer …`. Amounts are integer
cents, shares are basis points (10,000 = 100 %), instants are UTC. Errors are
`application/problem+json` with a stable `code`. Every `POST` that creates something takes an
`Idempotency-Key`.

A program's token (`POST /v1/tokens`) has scopes: an operation under a tag asks for `<tag>:read`
when its method is GET, else for `<tag>:write`. What begets credentials takes a person who signed
in. The scopes are: {scopes}.
"""


def create_app(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """The service over an existing, migrated database (both URLs must be set)."""

    logs.configure(settings)
    schedule(queue)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_database(
                settings.login_url(),
                size=settings.pool_size,
                statement_timeout_ms=settings.statement_timeout_ms,
            ) as database,
            open_company_search(settings.company_search_url, settings.contact) as register,
        ):
            secret = secret_key(settings)
            app.state.installation = Installation(
                settings, database, Cursors(secret), clock, secret, Files(settings)
            )
            app.state.company_search = register
            app.state.rendering = Rendering()
            yield

    app = FastAPI(
        title="Grappe",
        version="0.1.0",
        summary="Joint answers to calls for tenders, from the watch to the last cent.",
        description=DESCRIPTION.format(scopes=", ".join(f"`{one}`" for one in api.SCOPES)),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=api.TAGS,
        routes=api.ROUTES,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # Its answer would be made of the Host header.
        redirect_slashes=False,
    )
    add_health(app)
    add_docs(app)
    add_door(app, settings)
    errors.install(app)
    refusals.install(app)

    @app.exception_handler(Replay)
    async def replay(_request: Request, stored: Replay) -> Response:
        return stored.answer

    metrics = Metrics()
    add_metrics(app, metrics, settings.metrics_token)
    add_edge(app, metrics, settings)
    return app


def add_edge(app: FastAPI, metrics: Metrics, settings: Settings) -> None:
    """What every request passes; the last added is the outermost."""
    app.add_middleware(
        Guard,
        limits=Limits(
            per_minute=settings.rate_limit_per_minute,
            writes_per_minute=settings.rate_limit_writes_per_minute,
            anonymous_per_minute=settings.rate_limit_anonymous_per_minute,
        ),
        max_body_bytes=settings.max_body_bytes,
        body_seconds=settings.body_timeout_seconds,
    )
    add_cors(app, settings.cors_origins)
    app.add_middleware(RequestContext, metrics=metrics, https=settings.environment == "production")


def add_health(app: FastAPI) -> None:
    """Liveness and readiness, for orchestrators: never refused for their number."""

    @app.get("/healthz", tags=["operations"], operation_id="get_health")
    async def get_health() -> dict[str, str]:
        """Whether the process is alive."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"], operation_id="get_readiness")
    async def get_readiness(here: Here) -> JSONResponse:
        """Whether the database answers, so that requests can be sent here."""
        try:
            await here.database.ping()
        except Exception:
            return JSONResponse({"status": "unavailable"}, 503)
        return JSONResponse({"status": "ok"})
