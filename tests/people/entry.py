"""Coming in, as tests do it: over HTTP, with the links that the mail brought."""

from typing import Any
from uuid import uuid4

from httpx import Response

from tests.consortia.steps import ok
from tests.people.conftest import Mailroom
from tests.world import Person, World

PASSWORD = "cheval lampe orage tuile"


def address() -> str:
    """A mailbox that nobody has used."""
    return f"{uuid4().hex}@essai.example"


async def invite(by: Person, email: str, role: str, member: str | None = None) -> Response:
    """Ask someone in."""
    body: dict[str, Any] = {"email": email, "role": role}
    return await by.post("/v1/invitations", body | ({"member_id": member} if member else {}))


async def accept(world: World, token: str, **chosen: str) -> Response:
    """Come in by a link, as nobody."""
    return await world.client.post("/v1/invitations/acceptances", json={"token": token, **chosen})


async def invited(world: World, mailroom: Mailroom, email: str, role: str = "viewer") -> str:
    """An invitation to alpha by its manager, mailed: the link's token."""
    ok(await invite(world.alpha, email, role))
    await mailroom.deliver()
    return mailroom.links(email)[-1]


async def newcomer(world: World, token: str, name: str = "Camille Durand") -> dict[str, Any]:
    """Accept as someone new."""
    return dict(ok(await accept(world, token, name=name, password=PASSWORD)))


async def sign_in(world: World, email: str) -> Person:
    """Sign in with the tests' password."""
    body = {"email": email, "password": PASSWORD}
    opened = ok(await world.client.post("/v1/sessions", json=body))
    return Person(world.client, opened["token"], None)


async def listed(person: Person) -> list[dict[str, Any]]:
    """The invitations that a person sees."""
    return list(ok(await person.get("/v1/invitations"), 200)["items"])


async def people(person: Person) -> list[dict[str, Any]]:
    """The people that a person sees."""
    return list(ok(await person.get("/v1/people", limit=100), 200)["items"])
