"""A new password: by mail once within the hour, or by who knows the present one."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from httpx import Response
from sqlalchemy import text

from app.infra.db import Database
from app.infra.secret import secret_key
from app.people import links
from app.people.domain import fresh_token
from app.people.passwords.domain import RESET_LIFE, RESETS_AT_ONCE
from app.settings import Settings
from tests.consortia.steps import ok, refused
from tests.people.conftest import Mailroom
from tests.people.entry import PASSWORD, address, invited, newcomer, sign_in
from tests.people.test_session_races import waiting
from tests.world import NOW, Person, World

NEW = "cerise violon marteau brume"


async def ask(world: World, email: str) -> Response:
    """Say that a password is lost."""
    return await world.client.post("/v1/password-resets", json={"email": email})


async def reset(world: World, token: str, password: str = NEW) -> Response:
    """Choose a new password by a link."""
    body = {"token": token, "password": password}
    return await world.client.post("/v1/password-resets/acceptances", json=body)


async def camille(world: World, mailroom: Mailroom) -> tuple[str, Person]:
    """Someone with a password, signed in."""
    email = address()
    await newcomer(world, await invited(world, mailroom, email))
    mailroom.box.came.clear()
    return email, await sign_in(world, email)


async def test_a_lost_password_is_replaced_by_mail_and_every_session_ends(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email, person = await camille(world, mailroom)
    program, calendar = await api_token(owner, email), await address_of_calendar(person)
    assert (await ask(world, email)).status_code == 202
    assert (await ask(world, f" {email.upper()}")).status_code == 202
    await mailroom.deliver()
    first, second = mailroom.links(email)
    assert (await reset(world, first)).status_code == 204
    refused(await person.get("/v1/me"), 401, "unauthenticated")
    refused(await Person(world.client, program, None).get("/v1/me"), 401, "unauthenticated")
    assert (await world.client.get(calendar)).status_code == 404
    for token in (first, second):
        refused(await reset(world, token), 404, "unusable_link")
    body = {"email": email, "password": PASSWORD}
    refused(await world.client.post("/v1/sessions", json=body), 401, "wrong_credentials")
    ok(await world.client.post("/v1/sessions", json=body | {"password": NEW}))
    await mailroom.deliver()
    told = mailroom.box.to(email)[-1]
    assert told["Subject"] == "Votre mot de passe a changé"
    assert "grappe_" not in told.get_content()
    assert NEW not in told.get_content()
    closed = " ".join(told.get_content().split())
    assert "jetons d’API révoqués : 1" in closed
    assert "adresses privées de calendrier fermées : 1" in closed


async def address_of_calendar(person: Person) -> str:
    """The path of a private calendar address of a person."""
    made = ok(await person.post("/v1/calendar-addresses", {"name": "Téléphone"}))
    return str(urlsplit(made["url"]).path)


async def test_who_changes_their_password_keeps_programs_and_calendars(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email, person = await camille(world, mailroom)
    program, calendar = await api_token(owner, email), await address_of_calendar(person)
    body = {"current_password": PASSWORD, "new_password": NEW}
    done = await world.client.put("/v1/me/password", json=body, headers=person.headers())
    assert done.status_code == 204
    assert (await Person(world.client, program, None).get("/v1/me")).status_code == 200
    assert (await world.client.get(calendar)).status_code == 200
    await mailroom.deliver()
    assert "jetons" not in mailroom.box.to(email)[-1].get_content()


async def test_a_program_of_the_company_outlives_its_makers_reset(
    world: World, mailroom: Mailroom
) -> None:
    email, _ = await camille(world, mailroom)
    await ask(world, email)
    await mailroom.deliver()
    assert (await reset(world, mailroom.links(email)[0])).status_code == 204
    assert (await world.integration.get("/v1/me")).status_code == 200


BEFORE_IT_IS_MADE = (
    "SELECT FROM membership m JOIN person p ON p.id = m.person_id"
    " WHERE p.email = :email FOR UPDATE OF m"
)
"""Held, whoever makes something for the membership waits."""
BEFORE_IT_IS_THERE = "SELECT FROM audit_head WHERE cluster_id = :cluster FOR UPDATE"
"""Held, what is on record in the cluster is not committed."""


@pytest.mark.parametrize("path", ["/v1/tokens", "/v1/calendar-addresses"])
@pytest.mark.parametrize("moment", [BEFORE_IT_IS_MADE, BEFORE_IT_IS_THERE])
async def test_what_is_made_at_that_moment_is_closed_with_the_rest(
    world: World, mailroom: Mailroom, owner: Database, path: str, moment: str
) -> None:
    email, person = await camille(world, mailroom)
    await ask(world, email)
    await mailroom.deliver()
    (token,) = mailroom.links(email)
    body = {"name": "Tableur"} | ({"scopes": ["tenders:read"]} if path == "/v1/tokens" else {})
    async with owner.transaction() as session:
        values = {"email": email, "cluster": world.cluster_id}
        await session.execute(text(moment), values)
        making = asyncio.create_task(person.post(path, body))
        await waiting(owner, 1)
        ending = asyncio.create_task(reset(world, token))
        await asyncio.sleep(1)
    assert (await ending).status_code == 204
    made = await making
    if made.status_code == 201:
        secret = made.json().get("token") or urlsplit(made.json()["url"]).path
        used = Person(world.client, secret, None)
        found = await (used.get("/v1/me") if path == "/v1/tokens" else world.client.get(secret))
        assert found.status_code in {401, 404}


async def api_token(owner: Database, email: str) -> str:
    """A program's token of a person."""
    token = fresh_token()
    async with owner.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO token (cluster_id, id, membership_id, kind, name, prefix, hash,"
                " created_at, expires_at) SELECT m.cluster_id, gen_random_uuid(), m.id, 'api',"
                " 'x', :prefix, :hash, :now, :until FROM membership m"
                " JOIN person p ON p.id = m.person_id WHERE p.email = :email"
            ),
            {
                "prefix": token.prefix,
                "hash": token.hash,
                "now": NOW,
                "until": NOW + timedelta(days=1),
                "email": email,
            },
        )
    return token.secret


async def test_asking_answers_the_same_for_every_address_and_nothing_stays_of_nobody(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email, _ = await camille(world, mailroom)
    nobody = address()
    known, unknown = await ask(world, email), await ask(world, nobody)
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.headers.keys() == unknown.headers.keys()
    await mailroom.deliver()
    assert len(mailroom.links(email)) == 1
    assert mailroom.box.to(nobody) == []
    async with owner.transaction() as session:
        kept = await session.scalars(text("SELECT email FROM password_reset"))
        assert nobody not in set(kept)


async def test_a_mailbox_is_not_flooded(world: World, mailroom: Mailroom) -> None:
    email, _ = await camille(world, mailroom)
    for _ in range(RESETS_AT_ONCE + 3):
        await ask(world, email)
    await mailroom.deliver()
    assert len(mailroom.links(email)) == RESETS_AT_ONCE


async def test_a_link_serves_once_even_for_two_at_a_time(world: World, mailroom: Mailroom) -> None:
    email, _ = await camille(world, mailroom)
    await ask(world, email)
    await mailroom.deliver()
    (token,) = mailroom.links(email)
    answers = await asyncio.gather(*[reset(world, token) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]


async def test_a_link_expires_and_none_is_made_up(
    world: World, mailroom: Mailroom, owner: Database, settings: Settings
) -> None:
    email, _ = await camille(world, mailroom)
    await ask(world, email)
    await mailroom.deliver()
    (token,) = mailroom.links(email)
    refused(await reset(world, token, "motdepasse123"), 422, "weak_password")
    (reset_id,) = links.RESET.read(secret_key(settings), token)
    refused(await reset(world, links.RESET.mint("another secret", reset_id)), 404, "unusable_link")
    refused(await reset(world, token + "="), 404, "unusable_link")
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE password_reset SET expires_at = :now WHERE email = :email"),
            {"now": NOW, "email": email},
        )
    for one in (token, "grappe_rst_x"):
        refused(await reset(world, one), 404, "unusable_link")


async def test_a_link_that_waited_too_long_is_not_mailed(world: World, mailroom: Mailroom) -> None:
    email, _ = await camille(world, mailroom)
    await ask(world, email)
    await mailroom.deliver(at=NOW + RESET_LIFE)
    assert mailroom.box.to(email) == []


async def test_who_changes_their_password_keeps_this_session_alone(
    world: World, mailroom: Mailroom
) -> None:
    email, here = await camille(world, mailroom)
    elsewhere = await sign_in(world, email)
    await ask(world, email)
    await mailroom.deliver()
    (token,) = mailroom.links(email)

    async def change(current: str, new: str) -> Response:
        body = {"current_password": current, "new_password": new}
        return await world.client.put("/v1/me/password", json=body, headers=here.headers())

    refused(await change("not this one", NEW), 403, "wrong_password")
    refused(await change(PASSWORD, "motdepasse123"), 422, "weak_password")
    assert (await elsewhere.get("/v1/me")).status_code == 200
    assert (await change(PASSWORD, NEW)).status_code == 204
    assert (await here.get("/v1/me")).status_code == 200
    refused(await elsewhere.get("/v1/me"), 401, "unauthenticated")
    refused(await reset(world, token), 404, "unusable_link")
    await mailroom.deliver()
    assert mailroom.box.to(email)[-1]["Subject"] == "Votre mot de passe a changé"


async def test_nobody_changes_a_password_without_signing_in(world: World) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    refused(await world.client.put("/v1/me/password", json=body), 401, "unauthenticated")
