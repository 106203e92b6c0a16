"""What ends all sessions of a person, at once with a session that changes hats."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from app.infra.db import Database
from app.people import service
from tests.consortia.steps import ok, refused
from tests.people.steps import PASSWORD, as_holder, enrol, sign_in, signed_in, with_second_factor
from tests.world import NOW, Person, World

Ending = Callable[[World, Database, Person, str], Coroutine[Any, Any, None]]


async def change_password(world: World, _: Database, person: Person, __: str) -> None:
    """By the person, in another session."""
    body = {"current_password": PASSWORD, "new_password": "cerise violon marteau brume"}
    headers = person.headers()
    done = await world.client.put("/v1/me/password", json=body, headers=headers)
    assert done.status_code == 204, done.text


async def set_up_second_factor(world: World, _: Database, person: Person, __: str) -> None:
    """By the person, in another session."""
    await with_second_factor(world, person)


async def disable_for_a_while(_: World, owner: Database, __: Person, email: str) -> None:
    """By the operator."""
    async with owner.transaction() as session:
        await service.disable_person(session, email, NOW)
    async with owner.transaction() as session:
        await service.enable_person(session, email, NOW)


async def end_that_one(world: World, _: Database, person: Person, __: str) -> None:
    """By the person, who saw it in the list."""
    sessions = ok(await person.get("/v1/sessions"), 200)["items"]
    (other,) = [one["id"] for one in sessions if not one["current"]]
    ended = await world.client.delete(f"/v1/sessions/{other}", headers=person.headers())
    assert ended.status_code == 204, ended.text


@pytest.mark.parametrize(
    "ending", [change_password, set_up_second_factor, disable_for_a_while, end_that_one]
)
async def test_a_session_that_changes_hats_at_that_moment_ends_with_the_others(
    world: World, owner: Database, ending: Ending
) -> None:
    email = await enrol(world, owner)
    await enrol(world, owner, email=email, member_id=world.alpha.member_id)
    stolen, own = await signed_in(world, email), await signed_in(world, email)
    me = ok(await stolen.get("/v1/me"), 200)
    other = next(
        one["membership_id"]
        for one in me["memberships"]
        if one["membership_id"] != me["membership_id"]
    )
    switch: asyncio.Task[Response]
    async with owner.transaction() as session:
        # Held here, the session's row has both wait for it: first the switch, then the end.
        await session.execute(
            text("SELECT FROM token WHERE hash = sha256(:secret) FOR UPDATE"),
            {"secret": stolen.token.encode()},
        )
        switch = asyncio.create_task(stolen.post("/v1/sessions/switches", {"membership_id": other}))
        await waiting(owner, 1)
        end = asyncio.create_task(ending(world, owner, own, email))
        await waiting(owner, 2)
    switched = as_holder(world, ok(await switch)["token"])
    await end
    refused(await switched.get("/v1/me"), 401, "unauthenticated")


@pytest.mark.parametrize("ending", [change_password, set_up_second_factor, disable_for_a_while])
async def test_a_session_that_opens_at_that_moment_ends_with_the_others(
    world: World, owner: Database, ending: Ending
) -> None:
    email = await enrol(world, owner)
    own = await signed_in(world, email)
    async with owner.transaction() as session:
        # A session refers to its membership: held here, whoever signs in waits, having proved
        # who they are; what ends sessions has no need of it.
        await session.execute(
            text(
                "SELECT FROM membership m JOIN person p ON p.id = m.person_id"
                " WHERE p.email = :email FOR UPDATE OF m"
            ),
            {"email": email},
        )
        opening = asyncio.create_task(sign_in(world, email))
        await waiting(owner, 1)
        end = asyncio.create_task(ending(world, owner, own, email))
        await waiting(owner, 2)
    opened = as_holder(world, ok(await opening)["token"])
    await end
    refused(await opened.get("/v1/me"), 401, "unauthenticated")


async def waiting(owner: Database, many: int) -> None:
    """Until so many statements wait for a lock."""
    count = text(
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE NOT granted AND datname = current_database()"
    )
    async with asyncio.timeout(10):
        while True:
            async with owner.transaction() as session:
                if await session.scalar(count) == many:
                    return
            await asyncio.sleep(0.02)
