"""Guessing (trial 24): counted per account and per network, whoever asks whichever process."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from app.infra.db import Database, open_database
from app.infra.db.connections import JOB
from app.kernel.networks import network_of
from app.people import attempts
from app.people.attempts import ACCOUNT, NETWORK
from app.settings import Settings
from tests.people.steps import PASSWORD, api_at, enrol
from tests.world import NOW, World

WRONG = "not the password"


def fresh_address() -> str:
    """A network that no other test comes from."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:2]}00::1"


async def guess(api: AsyncClient, email: str, password: str = WRONG, **headers: str) -> Response:
    body = {"email": email, "password": password}
    return await api.post("/v1/sessions", json=body, headers=headers)


async def test_an_account_known_or_not_is_closed_alike_to_every_process_and_password(
    settings: Settings, world: World, owner: Database
) -> None:
    known, unknown = await enrol(world, owner), f"{uuid4().hex}@nowhere.example"
    seen = {}
    async with (
        api_at(settings, address=fresh_address()) as one,
        api_at(settings, address=fresh_address()) as other,
    ):
        for email in (known, unknown):
            answers = [await guess(one, email) for _ in range(ACCOUNT.most)]
            answers.append(await guess(other, email.upper(), PASSWORD))
            seen[email] = [
                (one.status_code, one.json()["code"], one.json()["title"]) for one in answers
            ]
            assert int(answers[-1].headers["retry-after"]) == ACCOUNT.within.total_seconds()
    assert seen[known] == seen[unknown]
    assert [status for status, *_ in seen[known]] == [401] * ACCOUNT.most + [429]


async def test_one_account_has_one_count_however_its_address_is_written(
    settings: Settings, world: World, owner: Database
) -> None:
    """PostgreSQL's small letter of U+0130 is a plain i, Python's is not."""
    email = await enrol(world, owner, email=f"iris.{uuid4().hex}@essai.example")
    spelled = email.replace("i", "\u0130", 1)
    async with api_at(settings, address=fresh_address()) as api:
        assert (await guess(api, spelled, PASSWORD)).status_code == 401
        assert (await guess(api, email, PASSWORD)).status_code == 201


async def test_a_closed_account_opens_again_in_time(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    address = fresh_address()
    async with api_at(settings, address=address) as api:
        for _ in range(ACCOUNT.most):
            await guess(api, email)
        assert (await guess(api, email, PASSWORD)).status_code == 429
    async with api_at(settings, lambda: NOW + ACCOUNT.within, address=address) as later:
        assert (await guess(later, email, PASSWORD)).status_code == 201


async def test_a_network_that_guesses_is_closed_whatever_it_says_of_itself(
    settings: Settings, world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "NETWORK", attempts.Limit("network", 4, NETWORK.within))
    email = await enrol(world, owner)
    address = fresh_address()
    neighbour = address.removesuffix("1") + "ffff"
    async with (
        api_at(settings, address=address) as api,
        api_at(settings, address=neighbour) as beside,
        api_at(settings, address=fresh_address()) as elsewhere,
    ):
        for number in range(4):
            spoofed = {
                "X-Forwarded-For": f"198.51.100.{number}",
                "Forwarded": f"for=9.9.9.{number}",
            }
            wrong = await guess(api, f"{uuid4().hex}@nowhere.example", **spoofed)
            assert wrong.status_code == 401
        spoofed = {"X-Forwarded-For": "198.51.100.200", "X-Real-Ip": "198.51.100.200"}
        assert (await guess(api, email, PASSWORD, **spoofed)).status_code == 429
        assert (await guess(beside, email, PASSWORD)).status_code == 429
        assert (await guess(elsewhere, email, PASSWORD)).status_code == 201


async def test_who_knows_their_password_is_never_closed_out_by_using_it(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    async with api_at(settings, address=fresh_address()) as api:
        for _ in range(ACCOUNT.most + 1):
            assert (await guess(api, email, PASSWORD)).status_code == 201


async def test_guesses_at_the_same_moment_are_all_counted(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    async with api_at(settings, address=fresh_address()) as api:
        answers = await asyncio.gather(*[guess(api, email) for _ in range(2 * ACCOUNT.most)])
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == ACCOUNT.most
    assert statuses.count(429) == ACCOUNT.most


async def test_no_mail_nor_address_is_stored_and_old_counters_are_forgotten(
    settings: Settings, owner: Database
) -> None:
    email, address = f"{uuid4().hex}@nowhere.example", fresh_address()
    network = network_of(address)
    assert network
    async with api_at(settings, address=address) as api:
        await guess(api, email)
    async with owner.transaction() as session:
        rows = (await session.execute(text("SELECT attempt::text FROM attempt"))).scalars().all()
    assert rows
    for clear in (email, address, network):
        for shape in (clear, clear.encode().hex()):
            assert not [row for row in rows if shape in row]
    later = NOW + timedelta(days=2)
    async with (
        open_database(settings.login_url(), role=JOB, size=1) as job,
        job.transaction() as session,
    ):
        await session.execute(text("SELECT app.forget_sign_ins(:now, :now)"), {"now": later})
    async with owner.transaction() as session:
        assert (
            await session.scalar(
                text("SELECT count(*) FROM attempt WHERE until < :t"), {"t": later}
            )
            == 0
        )
