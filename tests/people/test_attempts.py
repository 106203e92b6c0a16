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
from app.people.attempts import ACCOUNT, HERE, KNOWN, NETWORK
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
    address = fresh_address()
    async with (
        api_at(settings, address=address) as one,
        api_at(settings, address=address) as other,
    ):
        for email in (known, unknown):
            answers = [await guess(one, email) for _ in range(HERE.most)]
            answers.append(await guess(other, email.upper(), PASSWORD))
            seen[email] = [
                (one.status_code, one.json()["code"], one.json()["title"]) for one in answers
            ]
            assert int(answers[-1].headers["retry-after"]) == HERE.within.total_seconds()
    assert seen[known] == seen[unknown]
    assert [status for status, *_ in seen[known]] == [401] * HERE.most + [429]


async def test_strangers_guesses_close_no_account_to_the_networks_that_it_is_known_from(
    settings: Settings, world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "ACCOUNT", attempts.Limit("account", 12, ACCOUNT.within))
    email, home = await enrol(world, owner), fresh_address()
    async with api_at(settings, address=home) as api:
        assert (await guess(api, email, PASSWORD)).status_code == 201
    for _ in range(3):  # of one network ten, of all twelve
        async with api_at(settings, address=fresh_address()) as stranger:
            for _ in range(5):
                wrong = await guess(stranger, email)
    assert (wrong.status_code, wrong.json()["code"]) == (429, "too_many_attempts")
    async with (
        api_at(settings, address=home) as api,
        api_at(settings, address=fresh_address()) as abroad,
        api_at(settings, lambda: NOW + KNOWN.within, address=home) as later,
    ):
        assert (await guess(abroad, email, PASSWORD)).status_code == 429
        assert (await guess(api, email, PASSWORD)).status_code == 201
        for _ in range(HERE.most):
            assert (await guess(api, email)).status_code == 401
        assert (await guess(api, email, PASSWORD)).status_code == 429, "nor is home unlimited"
        assert (await guess(later, email, PASSWORD)).status_code == 201


async def test_guesses_from_one_network_do_not_close_an_account_to_another(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    async with (
        api_at(settings, address=fresh_address()) as stranger,
        api_at(settings, address=fresh_address()) as own,
    ):
        for _ in range(HERE.most + 1):
            wrong = await guess(stranger, email)
        assert wrong.status_code == 429
        assert (await guess(own, email, PASSWORD)).status_code == 201


async def test_links_are_asked_for_a_hundred_times_an_hour_from_one_network(
    settings: Settings,
) -> None:
    address, body = fresh_address(), {"email": f"{uuid4().hex}@nowhere.example"}
    async with api_at(settings, address=address) as api:
        asked = [await api.post("/v1/password-resets", json=body) for _ in range(101)]
    assert [one.status_code for one in asked] == [202] * 100 + [429]
    assert asked[-1].json()["code"] == "too_many_attempts"
    assert int(asked[-1].headers["retry-after"]) == 3_600
    async with (
        api_at(settings, address=fresh_address()) as elsewhere,
        api_at(settings, lambda: NOW + timedelta(hours=1), address=address) as later,
    ):
        for api in (elsewhere, later):
            assert (await api.post("/v1/password-resets", json=body)).status_code == 202


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
        for _ in range(HERE.most):
            await guess(api, email)
        assert (await guess(api, email, PASSWORD)).status_code == 429
    async with api_at(settings, lambda: NOW + HERE.within, address=address) as later:
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
        for _ in range(HERE.most + 1):
            assert (await guess(api, email, PASSWORD)).status_code == 201


async def test_guesses_at_the_same_moment_are_all_counted(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    async with api_at(settings, address=fresh_address()) as api:
        answers = await asyncio.gather(*[guess(api, email) for _ in range(2 * HERE.most)])
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == HERE.most
    assert statuses.count(429) == HERE.most


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
