"""A session's secret changes, its life ends, and its person sees where it is open."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from app.infra.db import Database
from app.kernel.actor import Role
from app.settings import Settings
from tests.people.steps import PASSWORD, api_at, as_holder, enrol, sign_in, signed_in
from tests.world import NOW, World


async def test_every_sign_in_has_a_secret_of_its_own(world: World, owner: Database) -> None:
    email = await enrol(world, owner)
    one, other = await signed_in(world, email), await signed_in(world, email)
    assert one.token != other.token
    assert (await world.client.delete("/v1/sessions/current", headers=one.headers())).is_success
    assert (await one.get("/v1/me")).status_code == 401
    assert (await other.get("/v1/me")).status_code == 200


async def test_a_renewal_kills_the_old_secret_and_only_one_of_two_wins(
    world: World, owner: Database
) -> None:
    person = await signed_in(world, await enrol(world, owner))
    answers = await asyncio.gather(*[person.post("/v1/sessions/renewals") for _ in range(4)])
    won = [answer for answer in answers if answer.status_code == 201]
    assert len(won) == 1
    assert {answer.status_code for answer in answers if answer is not won[0]} == {401}
    assert (await person.get("/v1/me")).status_code == 401
    renewed = as_holder(world, won[0].json()["token"])
    assert (await renewed.get("/v1/me")).status_code == 200
    sessions = (await renewed.get("/v1/sessions")).json()["items"]
    assert [one["current"] for one in sessions] == [True]


async def test_a_session_ends_its_days_after_sign_in_however_often_renewed(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    now = NOW

    def clock() -> datetime:
        return now

    async with api_at(settings, clock) as api:
        body = {"email": email, "password": PASSWORD}
        token = (await api.post("/v1/sessions", json=body)).json()["token"]
        last = NOW + timedelta(days=settings.session_days)
        while True:
            now += timedelta(hours=settings.session_hours - 1)
            headers = {"Authorization": f"Bearer {token}"}
            answer = await api.post("/v1/sessions/renewals", headers=headers)
            if now >= last:
                assert answer.status_code == 401
                break
            assert answer.status_code == 201, answer.text
            token = answer.json()["token"]
            assert datetime.fromisoformat(answer.json()["expires_at"]) <= last


async def test_a_session_without_renewal_ends_after_its_hours(
    settings: Settings, world: World, owner: Database
) -> None:
    person = await signed_in(world, await enrol(world, owner))
    after = NOW + timedelta(hours=settings.session_hours)
    async with api_at(settings, lambda: after) as api:
        assert (await api.get("/v1/me", headers=person.headers())).status_code == 401


async def test_the_session_of_someone_disabled_dies(world: World, owner: Database) -> None:
    email = await enrol(world, owner)
    person = await signed_in(world, email)
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE person SET disabled_at = :now WHERE email = :email"),
            {"now": NOW, "email": email},
        )
    assert (await person.get("/v1/me")).status_code == 401
    assert (await person.get("/v1/tenders")).status_code == 401
    assert (await person.post("/v1/sessions/renewals")).status_code == 401
    assert (await sign_in(world, email)).json()["code"] == "wrong_credentials"


async def test_a_person_sees_their_sessions_and_ends_one(world: World, owner: Database) -> None:
    email = await enrol(world, owner)
    here, there = await signed_in(world, email), await signed_in(world, email)
    stranger = await signed_in(world, await enrol(world, owner))
    sessions = (await here.get("/v1/sessions")).json()["items"]
    assert [one["current"] for one in sessions].count(True) == 1
    assert {one["origin"] for one in sessions} == {"127.0.0.1"}
    other = next(one["id"] for one in sessions if not one["current"])
    path = f"/v1/sessions/{other}"
    refused = await world.client.delete(path, headers=stranger.headers())
    assert refused.status_code == 404
    assert (await there.get("/v1/me")).status_code == 200
    assert (await world.client.delete(path, headers=here.headers())).status_code == 204
    assert (await there.get("/v1/me")).status_code == 401
    assert (await world.client.delete(path, headers=here.headers())).status_code == 404


async def test_a_change_of_hat_needs_ones_own_and_kills_the_old_secret(
    world: World, other_world: World, owner: Database
) -> None:
    email = await enrol(world, owner, role=Role.MANAGER, member_id=world.alpha.member_id)
    await enrol(other_world, owner, email=email, role=Role.TREASURER)
    stranger = await signed_in(world, await enrol(world, owner))
    theirs = (await stranger.get("/v1/me")).json()["membership_id"]
    first = await signed_in(world, email)
    me = (await first.get("/v1/me")).json()
    assert [one["role"] for one in me["memberships"]] == ["manager", "treasurer"]
    assert me["memberships"][0]["member_name"] == "Alpha"
    assert {one["cluster_name"] for one in me["memberships"]} == {"Grappe d'essai"}
    assert (me["name"], me["email"], me["role"]) == ("Camille", email, "manager")
    refused = await first.post("/v1/sessions/switches", {"membership_id": theirs})
    assert refused.status_code == 404
    treasurer = me["memberships"][1]
    switched = await first.post(
        "/v1/sessions/switches", {"membership_id": treasurer["membership_id"]}
    )
    assert switched.status_code == 201, switched.text
    second = as_holder(world, switched.json()["token"])
    assert (await first.get("/v1/me")).status_code == 401
    now = (await second.get("/v1/me")).json()
    assert (now["role"], now["cluster_id"]) == ("treasurer", treasurer["cluster_id"])
    members = (await second.get("/v1/members")).json()["items"]
    assert {one["id"] for one in members}.isdisjoint({world.alpha.member})


async def test_a_sign_in_takes_the_hat_used_last_and_the_oldest_first(
    settings: Settings, world: World, other_world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    await enrol(other_world, owner, email=email, role=Role.TREASURER)
    await enrol(other_world, owner, email=email, role=Role.INTEGRATION)
    me = (await (await signed_in(world, email)).get("/v1/me")).json()
    assert me["role"] == "viewer"
    ids = {one["role"]: one["membership_id"] for one in me["memberships"]}
    async with api_at(settings, lambda: NOW + timedelta(minutes=1)) as later:
        body = {"email": email, "password": PASSWORD, "membership_id": ids["treasurer"]}
        assert (await later.post("/v1/sessions", json=body)).status_code == 201
    again = (await (await signed_in(world, email)).get("/v1/me")).json()
    assert again["role"] == "treasurer"
    # A program's role is nothing to sign in as, nor to put on.
    refused = await sign_in(world, email, membership_id=ids["integration"])
    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    person = await signed_in(world, email)
    body = {"membership_id": ids["integration"]}
    assert (await person.post("/v1/sessions/switches", body)).status_code == 404


async def test_who_has_no_live_membership_reads_like_a_stranger(
    world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    person = await signed_in(world, email)
    me = (await person.get("/v1/me")).json()
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE membership SET ended_at = :now WHERE id = :id"),
            {"now": NOW, "id": UUID(me["membership_id"].removeprefix("msh_"))},
        )
    refused = await sign_in(world, email)
    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    assert (await person.get("/v1/me")).status_code == 401
