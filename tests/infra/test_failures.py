"""A failure in each layer: a generic answer with a request id, and a log line with the same."""

import re
import socket
from collections.abc import AsyncIterator

import psycopg
import pytest
from fastapi import Depends, FastAPI, Response
from httpx import ASGITransport, AsyncClient
from sqlalchemy import event, text
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app.infra.http.deps import OpenSession
from app.infra.http.schemas import MoneyOut
from app.main import create_app
from app.settings import Settings
from tests.world import NOW

SECRET = "Xyzzy-4711"
TELLING = re.compile(
    r"select|insert|psycopg|sqlalchemy|pydantic|fastapi|starlette|traceback|\.py|/app|line \d"
    r"|division|relation|\d+\.\d+\.\d+",
    re.I,
)
"""What no answer says: a statement, a path, a version, a library."""


async def broken_dependency() -> None:
    """A bug where things are prepared."""
    raise KeyError(SECRET)


async def broken_exit() -> AsyncIterator[None]:
    """A bug where things are put away."""
    yield
    raise KeyError(SECRET)


def add_faults(app: FastAPI) -> None:
    """Routes that fail, each in a layer of its own."""

    @app.get("/faults/endpoint")
    async def endpoint() -> None:
        raise RuntimeError(SECRET)

    @app.get("/faults/dependency", dependencies=[Depends(broken_dependency)])
    async def dependency() -> None: ...

    @app.get("/faults/exit", dependencies=[Depends(broken_exit, scope="function")])
    async def leaving() -> None: ...

    @app.get("/faults/serialisation")
    async def serialisation() -> MoneyOut:
        return {"amount_cents": SECRET}  # type: ignore[return-value]

    @app.get("/faults/encoding")
    async def encoding() -> Response:
        return Response(SECRET, headers={"X-Wide": "\u202e"})


def add_database_faults(app: FastAPI) -> None:
    """Routes that fail in the database, or on the way to it."""

    @app.get("/faults/statement")
    async def statement(session: OpenSession) -> None:
        await session.execute(text(f'SELECT 1 / 0 AS "{SECRET}"'))

    @app.get("/faults/table")
    async def table(session: OpenSession) -> None:
        await session.execute(text(f'SELECT * FROM "{SECRET}"'))

    @app.get("/faults/commit")
    async def commit(session: OpenSession) -> dict[str, str]:
        @event.listens_for(session.sync_session, "before_commit")
        def fail(_session: object) -> None:
            raise psycopg.errors.SerializationFailure(SECRET)

        return {"done": "yes"}

    @app.get("/faults/backend")
    async def backend(session: OpenSession) -> None:
        raw = (await (await session.connection()).get_raw_connection()).driver_connection
        assert raw is not None
        with socket.fromfd(raw.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.shutdown(socket.SHUT_RDWR)
        await session.execute(text("SELECT 1"))

    @app.get("/faults/pool")
    async def pool() -> None:
        raise PoolExhausted(SECRET)


LAYERS = {
    "endpoint": 500,
    "dependency": 500,
    "exit": 500,
    "serialisation": 500,
    "encoding": 500,
    "statement": 500,
    "table": 500,
    "commit": 503,
    "backend": 503,
    "pool": 503,
}


@pytest.fixture(scope="module")
async def faulty(settings: Settings) -> AsyncIterator[AsyncClient]:
    """The service with its faults."""
    app = create_app(settings, clock=lambda: NOW)
    add_faults(app)
    add_database_faults(app)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://test") as opened,
    ):
        yield opened


@pytest.mark.parametrize("layer", LAYERS)
async def test_a_failure_tells_its_log_everything_and_its_client_nothing(
    faulty: AsyncClient, capsys: pytest.CaptureFixture[str], layer: str
) -> None:
    name = f"trial-31-{layer}"
    answer = await faulty.get(f"/faults/{layer}", headers={"X-Request-Id": name})
    assert answer.status_code == LAYERS[layer]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == name
    assert answer.headers["x-content-type-options"] == "nosniff"
    whole = answer.text.replace(name, "") + str(answer.headers).replace(name, "")
    assert SECRET not in whole
    assert TELLING.search(answer.text.replace(name, "")) is None
    logged = [line for line in capsys.readouterr().out.splitlines() if name in line]
    errors = [line for line in logged if "unexpected_error" in line or "unavailable" in line]
    assert len(errors) == 1, logged


async def test_the_service_goes_on_after_each(faulty: AsyncClient) -> None:
    for layer in LAYERS:
        await faulty.get(f"/faults/{layer}")
        assert (await faulty.get("/readyz")).status_code == 200


async def test_a_connection_that_a_failure_held_comes_back(faulty: AsyncClient) -> None:
    answers = [await faulty.get("/faults/statement") for _ in range(30)]
    assert {answer.status_code for answer in answers} == {500}
