"""Invitations: once, expiring, withdrawable, bound to their mail address."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.infra.db import Database, open_database, system_actor
from app.kernel.ids import decode
from app.people import admission, links
from app.people.admission import INVITATION_LIFE, INVITATIONS_A_DAY
from app.settings import Settings
from tests.consortia.steps import ok, refused
from tests.people.conftest import Mailroom
from tests.people.entry import (
    PASSWORD,
    accept,
    address,
    invite,
    invited,
    listed,
    newcomer,
    people,
    sign_in,
)
from tests.world import NOW, World


async def test_a_person_is_invited_comes_in_is_removed_and_sees_nothing_from_then_on(
    world: World, mailroom: Mailroom
) -> None:
    email = address()
    token = await invited(world, mailroom, email.upper(), "contributor")
    accepted = await newcomer(world, token)
    assert (accepted["role"], accepted["account_created"]) == ("contributor", True)
    assert accepted["member_id"] == world.alpha.member
    camille = await sign_in(world, email)
    assert ok(await camille.get("/v1/me"), 200)["member_id"] == world.alpha.member
    people = ok(await world.alpha.get("/v1/people"), 200)["items"]
    (found,) = [one for one in people if one["email"] == email]
    assert (found["name"], found["id"]) == ("Camille Durand", accepted["membership_id"])
    ok(await world.alpha.post(f"/v1/people/{found['id']}/departures"))
    for path in ("/v1/me", "/v1/members", "/v1/tenders"):
        refused(await camille.get(path), 401, "unauthenticated")
    body = {"email": email, "password": PASSWORD}
    refused(await world.client.post("/v1/sessions", json=body), 401, "wrong_credentials")


async def test_a_mailbox_is_not_flooded_by_taking_back_and_asking_again(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email = address()
    for _ in range(INVITATIONS_A_DAY):
        made = ok(await invite(world.alpha, email, "viewer"))
        ok(await world.alpha.post(f"/v1/invitations/{made['id']}/withdrawals"))
    refused(await invite(world.alpha, email, "viewer"), 409, "too_many_invitations")
    refused(await invite(world.coordinator, email, "auditor"), 409, "too_many_invitations")
    ok(await invite(world.alpha, address(), "viewer"))
    ok(await invite(world.beta, email, "viewer"))  # who sees none of them is told of none
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE invitation SET created_at = created_at - interval '1 day'"),
        )
    ok(await invite(world.alpha, email, "viewer"))


async def test_of_invitations_at_once_no_more_than_the_limit_leave(world: World) -> None:
    email, roles = address(), ("viewer", "contributor", "manager", "integration")
    answers = await asyncio.gather(*[invite(world.alpha, email, role) for role in roles])
    assert sorted(one.status_code for one in answers) == [201] * INVITATIONS_A_DAY + [409]


async def test_a_mailbox_is_not_flooded_by_many_companies(
    world: World, mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "INVITATIONS_MAILED_A_DAY", 2)
    email = address()
    for company in (world.alpha, world.beta, world.gamma, world.delta):
        ok(await invite(company, email, "viewer"))
    await mailroom.deliver()
    assert len(mailroom.links(email)) == 2


async def test_a_link_serves_once(world: World, mailroom: Mailroom) -> None:
    token = await invited(world, mailroom, address())
    answers = await asyncio.gather(
        *[accept(world, token, name="Camille", password=PASSWORD) for _ in range(4)]
    )
    assert sorted(answer.status_code for answer in answers) == [201, 404, 404, 404]
    refused(await accept(world, token), 404, "unusable_link")


async def test_used_expired_withdrawn_and_forged_read_the_same(
    world: World, other_world: World, mailroom: Mailroom, owner: Database, settings: Any
) -> None:
    used = await invited(world, mailroom, address())
    await newcomer(world, used)
    expired = await invited(world, mailroom, email := address())
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE invitation SET expires_at = :now WHERE email = :email"),
            {"now": NOW, "email": email},
        )
    ok(await invite(world.alpha, email := address(), "viewer"))
    await mailroom.deliver()
    (withdrawn,) = mailroom.links(email)
    (mine,) = [one for one in await listed(world.alpha) if one["email"] == email]
    ok(await world.alpha.post(f"/v1/invitations/{mine['id']}/withdrawals"))
    refused(
        await world.alpha.post(f"/v1/invitations/{mine['id']}/withdrawals"), 409, "invitation_ended"
    )
    swapped = "x" if withdrawn[-1] != "x" else "y"
    forged = [
        withdrawn[:-1] + swapped,
        links.INVITATION.mint("another secret", world.cluster_id, await live(world)),
        links.INVITATION.mint("another secret", world.cluster_id, uuid4()),
        links.RESET.prefix + withdrawn.removeprefix(links.INVITATION.prefix),
        "grappe_inv_",
        "é",
    ]
    answers = [
        await accept(world, token, name="Camille", password=PASSWORD)
        for token in (used, expired, withdrawn, *forged)
    ]
    for answer in answers:
        refused(answer, 404, "unusable_link")
        body = answer.json()
        del body["request_id"]
        first = answers[0].json()
        del first["request_id"]
        assert body == first


async def live(world: World) -> UUID:
    """An invitation that stands."""
    made = ok(await invite(world.alpha, address(), "viewer"))
    return decode("inv", made["id"])


async def test_who_comes_second_by_the_same_link_waits_and_finds_it_used(
    world: World, client: AsyncClient, settings: Settings
) -> None:
    invitation = await live(world)
    accept = text("SELECT * FROM app.accept_invitation(:i, :p, :m, 'Camille', 'hash', :now)")

    def values() -> dict[str, Any]:
        return {"i": invitation, "p": uuid4(), "m": uuid4(), "now": NOW}

    async with (
        open_database(settings.login_url(), size=2) as serving,
        serving.transaction() as first,
        serving.transaction() as second,
    ):
        for session in (first, second):
            await system_actor(session, world.cluster_id, NOW, "test")
        assert (await first.execute(accept, values())).one_or_none() is not None
        waiting = asyncio.create_task(second.execute(accept, values()))
        await asyncio.sleep(0.2)
        await first.commit()
        assert (await waiting).one_or_none() is None


async def test_an_invitation_expires(world: World, mailroom: Mailroom) -> None:
    ok(await invite(world.alpha, email := address(), "viewer"))
    await mailroom.deliver(at=NOW + INVITATION_LIFE)
    assert mailroom.box.to(email) == []  # too late to be worth a mail


async def test_a_known_person_keeps_name_and_password_and_gets_no_session(
    world: World, other_world: World, mailroom: Mailroom
) -> None:
    email = address()
    await newcomer(world, await invited(world, mailroom, email))
    token = await invited(other_world, mailroom, email, "manager")
    answer = await accept(other_world, token, name="Rival", password="un autre mot de passe")
    assert ok(answer)["account_created"] is False
    assert "token" not in answer.json()
    assert "set-cookie" not in answer.headers
    body = {"email": email, "password": PASSWORD, "membership_id": answer.json()["membership_id"]}
    opened = ok(await world.client.post("/v1/sessions", json=body))
    assert opened
    (mine,) = [p for p in await people(other_world.alpha) if p["email"] == email]
    assert mine["name"] == "Camille Durand"


@pytest.mark.parametrize("known", [True, False])
async def test_the_answer_does_not_tell_whether_an_address_is_known(
    world: World, other_world: World, mailroom: Mailroom, known: bool
) -> None:
    email = address()
    if known:
        await newcomer(other_world, await invited(other_world, mailroom, email))
    made = ok(await invite(world.alpha, email, "viewer"))
    varying = {"id", "email", "invited_by", "member_id"}
    assert {key: value for key, value in made.items() if key not in varying} == {
        "role": "viewer",
        "created_at": "2026-03-02T09:00:00Z",
        "expires_at": "2026-03-09T09:00:00Z",
        "ended_at": None,
        "ending": None,
    }


async def test_the_same_invitation_twice_is_refused_while_the_first_stands(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email = address()
    ok(await invite(world.alpha, email, "viewer"))
    refused(await invite(world.alpha, email, "viewer"), 409, "already_invited")
    ok(await invite(world.beta, email, "viewer"))  # beta learns nothing of alpha's
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE invitation SET expires_at = :now WHERE email = :email"),
            {"now": NOW - timedelta(days=1), "email": email},
        )
    ok(await invite(world.alpha, email, "viewer"))
    endings = [one["ending"] for one in await listed(world.alpha) if one["email"] == email]
    assert endings == [None, "expired"]


async def test_a_role_that_is_held_is_not_offered_again(world: World, mailroom: Mailroom) -> None:
    email = address()
    await newcomer(world, await invited(world, mailroom, email))
    refused(await invite(world.alpha, email, "viewer"), 409, "role_held")
    refused(await invite(world.coordinator, email, "viewer", world.alpha.member), 409, "role_held")
    ok(await invite(world.beta, email, "viewer"))


async def test_someone_new_gives_a_name_and_a_strong_password(
    world: World, mailroom: Mailroom
) -> None:
    token = await invited(world, mailroom, address())
    refused(await accept(world, token), 422, "name_and_password_needed")
    refused(await accept(world, token, name="Camille"), 422, "name_and_password_needed")
    weak = await accept(world, token, name="Camille Durand", password="Camille.Durand")
    refused(weak, 422, "weak_password")
    assert "votre nom" in weak.json()["detail"]
    refused(await accept(world, token, name="A\nB", password=PASSWORD), 422, "invalid")
    await newcomer(world, token)
