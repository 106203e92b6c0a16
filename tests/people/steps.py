"""What tests of sign-in do: enrol people, sign in, be several clients."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pyotp
from httpx import ASGITransport, AsyncClient, Response

from app.infra.db import Database
from app.kernel.actor import Role
from app.main import create_app
from app.people import service
from app.settings import Settings
from tests.world import NOW, Person, World

PASSWORD = "un long mot de passe"


async def sign_in(world: World, email: str, password: str = PASSWORD, **fields: Any) -> Response:
    """What a client sends."""
    body = {"email": email, "password": password, **fields}
    return await world.client.post("/v1/sessions", json=body)


async def enrol(
    world: World,
    owner: Database,
    *,
    email: str | None = None,
    role: Role = Role.VIEWER,
    member_id: UUID | None = None,
    password: str | None = PASSWORD,
) -> str:
    """Someone in the cluster, with a password; gives the mail address."""
    email = email or f"{uuid4().hex}@essai.example"
    async with owner.transaction() as session:
        await service.enrol_person(
            session,
            cluster_id=world.cluster_id,
            email=email,
            name="Camille",
            password=password,
            role=role,
            member_id=member_id,
            now=NOW,
        )
    return email


async def signed_in(world: World, email: str, **fields: Any) -> Person:
    """The person of a mail address, in a session."""
    opened = await sign_in(world, email, **fields)
    assert opened.status_code == 201, opened.text
    return Person(world.client, opened.json()["token"], None)


def as_holder(world: World, token: str) -> Person:
    """Whoever holds a secret."""
    return Person(world.client, token, None)


@asynccontextmanager
async def api_at(
    settings: Settings,
    clock: Callable[[], datetime] = lambda: NOW,
    *,
    address: str = "127.0.0.1",
    origin: str = "https://grappe.test",
) -> AsyncIterator[AsyncClient]:
    """Another API process of the same database, asked from ``address``, at its own time."""
    app = create_app(settings, clock=clock)
    transport = ASGITransport(app=app, raise_app_exceptions=False, client=(address, 1234))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url=origin) as opened,
    ):
        yield opened


def codes(secret: str, at: datetime = NOW) -> str:
    """What an authenticator shows at a moment."""
    return pyotp.TOTP(secret).at(at)


async def with_second_factor(world: World, person: Person) -> tuple[Person, str, list[str]]:
    """The person after enrolment: their fresh session, the secret, the recovery codes."""
    asked = await person.post("/v1/me/second-factor", {"password": PASSWORD})
    assert asked.status_code == 201, asked.text
    secret = asked.json()["secret"]
    body = {"code": codes(secret)}
    confirmed = await person.post("/v1/me/second-factor/confirmations", body)
    assert confirmed.status_code == 201, confirmed.text
    renewed = as_holder(world, confirmed.json()["session"]["token"])
    return renewed, secret, confirmed.json()["recovery_codes"]
