"""Signing in: by password, at a pace that leaves room for everyone else."""

import asyncio
import threading
from collections import Counter

from httpx import Response

from app.infra.db import Database
from app.people.domain import TooManySignIns
from app.people.passwords import hashing
from app.people.passwords.hashing import HASHES_AT_ONCE, WAITING_AT_MOST
from tests.people.steps import PASSWORD, enrol, sign_in
from tests.world import World


async def test_a_password_opens_a_session(world: World, owner: Database) -> None:
    email = await enrol(world, owner)
    opened = await sign_in(world, email.upper(), PASSWORD)
    assert opened.status_code == 201, opened.text
    headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    me = await world.client.get("/v1/me", headers=headers)
    assert me.json()["role"] == "viewer"
    assert (await world.client.delete("/v1/sessions/current", headers=headers)).status_code == 204
    assert (await world.client.get("/v1/me", headers=headers)).status_code == 401


async def test_an_unknown_person_and_a_wrong_password_read_the_same(
    world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    answers = [
        await sign_in(world, email, "wrong"),
        await sign_in(world, "nobody@nowhere.example", PASSWORD),
        await sign_in(world, "nobody@nowhere.example", "nobody has this password"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (401, "wrong_credentials")
    ] * 3


async def test_a_flood_of_sign_ins_leaves_room_for_everyone_else(world: World) -> None:
    """Each sign-in held a connection for as long as its hash took: 60 held the API for 8 s.

    Two hashes that do not end hold the gate, so that what waits and what is refused is certain.
    """
    answers: list[Response] = []
    release, full = threading.Event(), asyncio.Event()

    async def try_one(number: int) -> None:
        answers.append(await sign_in(world, f"nobody{number}@nowhere.example", "wrong"))
        if len(answers) == 60 - WAITING_AT_MOST:
            full.set()

    held = asyncio.gather(*[hashing._gate.run(release.wait) for _ in range(HASHES_AT_ONCE)])
    try:
        flood = asyncio.gather(*[try_one(number) for number in range(60)])
        await asyncio.wait_for(full.wait(), 30)
        assert (await world.alpha.get("/v1/me")).status_code == 200
        assert {answer.status_code for answer in answers} == {429}
    finally:
        release.set()
    await asyncio.gather(held, flood)
    assert Counter(answer.status_code for answer in answers) == {401: 32, 429: 28}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "too_many_sign_ins"
    assert int(refused.headers["retry-after"]) > 0


async def test_a_queue_that_was_full_empties() -> None:
    outcomes = await asyncio.gather(
        *[hashing.verify_password("wrong", None) for _ in range(40)], return_exceptions=True
    )
    assert sum(isinstance(one, TooManySignIns) for one in outcomes) == 6
    assert await hashing.verify_password("wrong", None) is False
