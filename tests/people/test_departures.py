"""Who goes, who becomes what, and who may say so."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Anyone, Database, enter, open_database
from app.kernel.ids import decode
from app.people import service
from app.settings import Settings
from tests.consortia.steps import ok, refused
from tests.people.conftest import Mailroom
from tests.people.entry import accept, address, invite, invited, listed, newcomer, people, sign_in
from tests.world import NOW, Person, World

ACCEPTED = {"name": "Camille Durand", "password": "cheval lampe orage tuile"}


async def of(world: World, name: str) -> str:
    """The membership of a person of the world."""
    found = await people(world.coordinator)
    return next(str(one["id"]) for one in found if one["name"] == name.capitalize())


async def test_each_sees_the_people_that_are_theirs_to_see(
    world: World, other_world: World
) -> None:
    everyone = {*world.people}
    for name in ("coordinator", "treasurer", "auditor"):
        seen = await people(world.people[name])
        assert {one["name"].lower() for one in seen} == everyone
    mine = {"alpha", "viewer", "contributor", "integration"}
    assert {one["name"].lower() for one in await people(world.alpha)} == mine
    assert {one["name"].lower() for one in await people(world.beta)} == {"beta"}
    for name in ("viewer", "contributor", "integration"):
        refused(await world.people[name].get("/v1/people"), 403, "forbidden")
        refused(await world.people[name].get("/v1/invitations"), 403, "forbidden")
    for name in ("treasurer", "auditor"):
        refused(await world.people[name].get("/v1/invitations"), 403, "forbidden")


async def test_a_manager_lets_in_their_own_company_and_nobody_above_it(world: World) -> None:
    ok(await invite(world.alpha, address(), "integration"))
    ok(await invite(world.alpha, address(), "manager", world.alpha.member))
    for role in ("coordinator", "treasurer", "auditor"):
        refused(await invite(world.alpha, address(), role), 403, "forbidden")
    refused(await invite(world.alpha, address(), "viewer", world.beta.member), 403, "forbidden")
    for name in ("treasurer", "auditor", "viewer", "contributor"):
        refused(await invite(world.people[name], address(), "viewer"), 403, "forbidden")
    refused(await invite(world.integration, address(), "viewer"), 403, "session_only")


async def test_a_coordinator_lets_in_any_role_where_it_fits(
    world: World, other_world: World
) -> None:
    by = world.coordinator
    for role in ("coordinator", "treasurer", "auditor", "viewer"):
        ok(await invite(by, address(), role))
    ok(await invite(by, address(), "manager", world.beta.member))
    refused(await invite(by, address(), "manager"), 422, "unfit_role")
    refused(await invite(by, address(), "coordinator", world.beta.member), 422, "unfit_role")
    stranger = other_world.alpha.member
    refused(await invite(by, address(), "manager", stranger), 422, "unknown_member")
    for bad in ("personne", "a b@c.example", "a@b", "é@c.example", "a@c.example\nBcc: x@y.example"):
        refused(await invite(by, bad, "viewer"), 422, "bad_email")


async def test_a_manager_neither_sees_nor_withdraws_the_invitations_of_others(
    world: World, other_world: World
) -> None:
    made = ok(await invite(world.beta, address(), "viewer"))
    cluster = ok(await invite(world.coordinator, address(), "treasurer"))
    assert await listed(world.alpha) == []
    assert [one["id"] for one in await listed(world.coordinator)] == [cluster["id"], made["id"]]
    for stranger in (world.alpha, other_world.coordinator):
        for one in (made, cluster):
            path = f"/v1/invitations/{one['id']}/withdrawals"
            refused(await stranger.post(path), 404, "not_found")
    ok(await world.coordinator.post(f"/v1/invitations/{made['id']}/withdrawals"))


async def test_an_invitation_falls_with_its_inviter(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    left = await invited(world, mailroom, address())
    ok(await world.coordinator.post(f"/v1/people/{await of(world, 'alpha')}/departures"))
    refused(await accept(world, left, **ACCEPTED), 404, "unusable_link")
    token = await from_coordinator(world, mailroom)
    async with owner.transaction() as session:
        email = await email_of(session, world, "coordinator")
        await service.disable_person(session, email, NOW)
    refused(await accept(world, token, **ACCEPTED), 404, "unusable_link")


async def test_an_invitation_stands_on_its_inviter_s_right_whoever_took_it_away(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    token = await invited(world, mailroom, address())
    async with owner.transaction() as session:
        await session.execute(
            text(
                "UPDATE membership SET ended_at = :now"
                " WHERE cluster_id = :c AND member_id = :m AND role = 'manager'"
            ),
            {"now": NOW, "c": world.cluster_id, "m": world.alpha.member_id},
        )
    refused(await accept(world, token, **ACCEPTED), 404, "unusable_link")


async def from_coordinator(world: World, mailroom: Mailroom) -> str:
    """An invitation by the coordinator: its token."""
    ok(await invite(world.coordinator, email := address(), "auditor"))
    await mailroom.deliver()
    return mailroom.links(email)[-1]


async def email_of(session: Any, world: World, role: str) -> str:
    """The address of the first with that role."""
    found = await session.scalar(
        text(
            "SELECT p.email FROM person p JOIN membership m ON m.person_id = p.id"
            " WHERE m.cluster_id = :cluster AND m.role = :role"
        ),
        {"cluster": world.cluster_id, "role": role},
    )
    return str(found)


async def test_an_invitation_falls_with_its_company(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    token = await invited(world, mailroom, address())
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE member SET state = 'left' WHERE id = :id"), {"id": world.alpha.member_id}
        )
    refused(await accept(world, token, **ACCEPTED), 404, "unusable_link")
    refused(
        await invite(world.coordinator, address(), "viewer", world.alpha.member),
        422,
        "unknown_member",
    )


async def test_a_manager_removes_their_own_company_s_people_and_no_others(
    world: World, other_world: World
) -> None:
    for name in ("beta", "coordinator", "auditor"):
        path = f"/v1/people/{await of(world, name)}"
        refused(await world.alpha.post(f"{path}/departures"), 404, "not_found")
        refused(await world.alpha.post(f"{path}/roles", {"role": "viewer"}), 404, "not_found")
    theirs = f"/v1/people/{await of(other_world, 'viewer')}/departures"
    refused(await world.coordinator.post(theirs), 404, "not_found")
    viewer = f"/v1/people/{await of(world, 'viewer')}"
    for name in ("treasurer", "auditor", "contributor", "viewer"):
        refused(await world.people[name].post(f"{viewer}/departures"), 403, "forbidden")
        refused(
            await world.people[name].post(f"{viewer}/roles", {"role": "manager"}), 403, "forbidden"
        )
    ok(await world.alpha.post(f"{viewer}/departures"))
    refused(await world.alpha.post(f"{viewer}/departures"), 404, "not_found")
    refused(await world.viewer.get("/v1/me"), 401, "unauthenticated")


async def test_a_new_role_is_a_new_membership_and_signs_in_anew(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email = address()
    accepted = await newcomer(world, await invited(world, mailroom, email))
    camille = await sign_in(world, email)
    path = f"/v1/people/{accepted['membership_id']}/roles"
    for role in ("coordinator", "treasurer", "auditor"):
        refused(await world.alpha.post(path, {"role": role}), 422, "unfit_role")
    refused(await world.alpha.post(path, {"role": "viewer"}), 409, "role_held")
    made = ok(await world.alpha.post(path, {"role": "contributor"}))
    assert made["id"] != accepted["membership_id"]
    refused(await camille.get("/v1/me"), 401, "unauthenticated")
    again = await sign_in(world, email)
    assert ok(await again.get("/v1/me"), 200)["role"] == "contributor"
    async with owner.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT m.role, m.ended_at IS NULL FROM membership m"
                " JOIN person p ON p.id = m.person_id WHERE p.email = :email ORDER BY m.id"
            ),
            {"email": email},
        )
        assert [tuple(row) for row in rows] == [("viewer", False), ("contributor", True)]


async def test_the_last_coordinator_stays(world: World, mailroom: Mailroom) -> None:
    mine = f"/v1/people/{await of(world, 'coordinator')}"
    role = {"role": "treasurer"}
    refused(await world.coordinator.post(f"{mine}/departures"), 409, "last_coordinator")
    refused(await world.coordinator.post(f"{mine}/roles", role), 409, "last_coordinator")
    second = await other_coordinator(world, mailroom)
    ok(await second.post(f"{mine}/roles", role))
    refused(await world.coordinator.get("/v1/me"), 401, "unauthenticated")


async def other_coordinator(world: World, mailroom: Mailroom) -> Person:
    """A second one, signed in."""
    ok(await invite(world.coordinator, email := address(), "coordinator"))
    await mailroom.deliver()
    await newcomer(world, mailroom.links(email)[-1], "Dominique")
    return await sign_in(world, email)


async def test_two_coordinators_who_remove_each_other_at_once_leave_one(
    world: World, mailroom: Mailroom, settings: Settings
) -> None:
    other = await other_coordinator(world, mailroom)
    one_id, other_id = await of(world, "coordinator"), await of(world, "dominique")
    leave = text("SELECT verdict FROM app.end_membership(:target, :now)")

    async def remove(session: AsyncSession, target: str) -> str:
        found = await session.scalar(leave, {"target": decode("msh", target), "now": NOW})
        return str(found)

    async with (
        open_database(settings.login_url(), size=2) as serving,
        serving.transaction() as first,
        serving.transaction() as second,
    ):
        await enter(first, Anyone(world.coordinator.token, NOW, "test"))
        await enter(second, Anyone(other.token, NOW, "test"))
        assert await remove(first, other_id) == "fine"
        waiting = asyncio.create_task(remove(second, one_id))
        await asyncio.sleep(0.2)
        await first.commit()
        assert await waiting == "forbidden"
    assert (await world.coordinator.get("/v1/people")).status_code == 200


async def test_a_disabled_person_is_out_until_enabled_and_signs_in_anew(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email = address()
    await newcomer(world, await invited(world, mailroom, email))
    camille = await sign_in(world, email)
    async with owner.transaction() as session:
        await service.disable_person(session, email.upper(), NOW)
    refused(await camille.get("/v1/me"), 401, "unauthenticated")
    body = {"email": email, "password": ACCEPTED["password"]}
    refused(await world.client.post("/v1/sessions", json=body), 401, "wrong_credentials")
    async with owner.transaction() as session:
        await service.enable_person(session, email, NOW)
    refused(await camille.get("/v1/me"), 401, "unauthenticated")
    assert ok(await (await sign_in(world, email)).get("/v1/me"), 200)["role"] == "viewer"


async def test_what_changed_is_recorded_with_who_did_it(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email = address()
    accepted = await newcomer(world, await invited(world, mailroom, email))
    path = f"/v1/people/{accepted['membership_id']}"
    made = ok(await world.alpha.post(f"{path}/roles", {"role": "contributor"}))
    ok(await world.alpha.post(f"/v1/people/{made['id']}/departures"))
    async with owner.transaction() as session:
        rows = await session.scalars(
            text(
                "SELECT action FROM audit_entry WHERE cluster_id = :c"
                " AND action ~ '^(invitation|membership)' ORDER BY id"
            ),
            {"c": world.cluster_id},
        )
        assert list(rows) == [
            "invitation.sent",
            "invitation.accepted",
            "membership.role_changed",
            "membership.ended",
        ]
