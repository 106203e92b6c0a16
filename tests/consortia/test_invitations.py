"""A company comes in by its own word, and leaves."""

import asyncio

from tests.clusters.steps import departed
from tests.consortia.steps import EURO, Bid, lacking, ok, refused, submitted, write_tender
from tests.world import Person, World

CANARY = 123_457 * EURO


async def talks(world: World) -> Bid:
    """Alpha and beta in, with a price; gamma invited."""
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000, amount=CANARY)), 200)
    await bid.invite(world.gamma)
    return bid


async def sees_nothing(person: Person, bid: Bid) -> None:
    """Every address of the consortium reads as one that never was."""
    for path in ("", "/split", "/contribution"):
        gone = await person.get(bid.path + path)
        never = await person.get("/v1/consortia/con_" + "0" * 32 + path)
        assert gone.status_code == never.status_code == 404
        assert {**gone.json(), "request_id": ""} == {**never.json(), "request_id": ""}
    items = ok(await person.get("/v1/consortia"), 200)["items"]
    assert bid.body["id"] not in [item["id"] for item in items]


async def test_invited_a_company_sees_the_header_and_its_own_row(world: World) -> None:
    bid = await talks(world)
    shown = ok(await world.gamma.get(bid.path), 200)
    assert (shown["name"], shown["lead_member_id"]) == ("Groupement", world.alpha.member)
    assert shown["lot_ids"] == bid.lots
    assert [(one["member_id"], one["joined_at"]) for one in shown["parties"]] == [
        (world.gamma.member, None)
    ]
    assert (shown["agreement"], shown["awards"]) == (None, [])
    assert len(ok(await world.gamma.get("/v1/consortia"), 200)["items"]) == 1
    refused(await world.gamma.get(f"{bid.path}/split"), 404, "not_found")
    owed = await world.gamma.get(f"{bid.path}/contribution")
    assert str(CANARY) not in owed.text
    assert owed.json().get("parties", []) == []
    inside = ok(await world.beta.get(bid.path), 200)["parties"]
    assert [bool(one["joined_at"]) for one in inside] == [True, True, False]


async def test_a_company_that_left_the_cluster_is_invited_to_nothing(world: World) -> None:
    bid = await talks(world)
    await departed(world, world.gamma)
    await sees_nothing(world.gamma, bid)


async def test_invited_a_company_takes_no_part(world: World) -> None:
    bid = await talks(world)
    version = await bid.version()
    split = await world.gamma.put(f"{bid.path}/split", bid.shares(5_000, 4_000, 1_000), version)
    refused(split, 403, "not_party")
    invite = await world.gamma.post(f"{bid.path}/parties", {"member_id": world.delta.member})
    refused(invite, 403, "not_lead")
    leave = await world.gamma.post(f"{bid.party(world.gamma)}/withdrawals")
    refused(leave, 409, "invitation_pending")
    leave = await world.gamma.post(f"{bid.party(world.beta)}/withdrawals")
    refused(leave, 404, "not_found")
    assert await bid.version() == version


async def test_from_its_acceptance_on_a_company_sees_the_split(world: World) -> None:
    bid = await talks(world)
    joined = ok(await world.gamma.post(f"{bid.party(world.gamma)}/acceptances"))
    assert (joined["joined_at"], joined["left_at"]) == ("2026-03-02T09:00:00Z", None)
    split = ok(await world.gamma.get(f"{bid.path}/split"), 200)
    assert split["lots"][0]["amount"]["amount_cents"] == CANARY
    again = await world.gamma.post(f"{bid.party(world.gamma)}/acceptances")
    refused(again, 409, "already_answered")
    refused(await world.gamma.post(f"{bid.party(world.gamma)}/refusals"), 409, "already_answered")


async def test_nobody_answers_for_another_company(world: World) -> None:
    bid = await talks(world)
    for answer in ("acceptances", "refusals"):
        address = f"{bid.party(world.gamma)}/{answer}"
        refused(await world.alpha.post(address), 403, "not_invited")
        refused(await world.beta.post(address), 403, "not_invited")
        refused(await world.coordinator.post(address), 404, "not_found")
        refused(await world.delta.post(address), 404, "not_found")


async def test_a_manager_commits_the_company_and_nobody_else(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.beta)
    address = await bid.invite(world.alpha)
    for role in (world.viewer, world.contributor, world.integration):
        refused(await role.post(f"{address}/acceptances"), 403, "forbidden")
        refused(await role.post(f"{address}/refusals"), 403, "forbidden")
    ok(await world.alpha.post(f"{address}/acceptances"))
    for role in (world.viewer, world.contributor, world.integration):
        refused(await role.post(f"{address}/withdrawals"), 403, "forbidden")


async def test_who_refuses_sees_nothing_and_may_be_asked_again(world: World) -> None:
    bid = await talks(world)
    ok(await world.gamma.post(f"{bid.party(world.gamma)}/refusals", key="no"))
    await sees_nothing(world.gamma, bid)
    again = await world.gamma.post(f"{bid.party(world.gamma)}/refusals", key="no")
    refused(again, 404, "not_found")
    await bid.invite(world.gamma)
    ok(await world.gamma.post(f"{bid.party(world.gamma)}/acceptances"))


async def test_an_invitation_that_is_taken_back_shows_nothing_more(world: World) -> None:
    bid = await talks(world)
    address = bid.party(world.gamma)
    refused(await world.beta.post(f"{address}/withdrawals"), 403, "not_your_party")
    ok(await world.alpha.post(f"{address}/withdrawals"))
    await sees_nothing(world.gamma, bid)
    refused(await world.gamma.post(f"{address}/acceptances"), 404, "not_found")
    joined = await world.alpha.post(f"{bid.party(world.beta)}/withdrawals")
    refused(joined, 409, "already_joined")


async def test_who_leaves_sees_nothing_from_the_next_request_on(world: World) -> None:
    tender = await write_tender(world)
    first, second = (lot["id"] for lot in tender["lots"])
    bid = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    ok(await bid.write(bid.shares(6_000, 4_000, amount=CANARY)), 200)
    await Bid.form(tender, world.gamma, world.beta, lots=[second])
    page = ok(await world.beta.get("/v1/consortia", limit=1), 200)
    assert page["next_cursor"]
    address = await bid.propose()
    kept = ok(await world.beta.post(f"{address}/approvals", key="yes"))
    assert ok(await world.beta.post(f"{address}/approvals", key="yes")) == kept
    frozen = await world.beta.post(f"{bid.party(world.beta)}/withdrawals")
    refused(frozen, 409, "split_frozen")
    ok(await world.alpha.post(f"{address}/withdrawals"))
    ok(await world.beta.post(f"{bid.party(world.beta)}/withdrawals"))
    await sees_nothing(world.beta, bid)
    following = await world.beta.get("/v1/consortia", limit=1, cursor=page["next_cursor"])
    assert ok(following, 200)["items"] == []
    refused(await world.beta.post(f"{address}/approvals", key="yes"), 404, "not_found")
    version = await bid.version()
    split = await world.beta.put(f"{bid.path}/split", bid.shares(1, 9_999), version)
    refused(split, 404, "not_found")


async def test_the_lead_does_not_leave_r2142_24(world: World) -> None:
    bid = await talks(world)
    refused(await world.alpha.post(f"{bid.party(world.alpha)}/withdrawals"), 409, "lead_stays")


async def test_a_split_is_of_those_who_are_in(world: World) -> None:
    bid = await talks(world)
    refused(await bid.write(bid.shares(5_000, 4_000, 1_000)), 422, "unknown_party")
    lacking(await world.alpha.post(f"{bid.path}/agreements"), "invitation_pending")
    ok(await world.gamma.post(f"{bid.party(world.gamma)}/acceptances"))
    lacking(await world.alpha.post(f"{bid.path}/agreements"), "party_without_part")
    ok(await bid.write(bid.shares(5_000, 4_000, 1_000)), 200)
    ok(await world.beta.post(f"{bid.party(world.beta)}/withdrawals"))
    lacking(await world.alpha.post(f"{bid.path}/agreements"), "split_outdated")
    del bid.parties[world.beta.member]
    ok(await bid.write(bid.shares(5_000, 5_000)), 200)
    ok(await world.alpha.post(f"{bid.path}/agreements"))


async def test_a_party_of_another_consortium_is_not_found_here(world: World) -> None:
    bid, other = await submitted(world), await Bid.form(await write_tender(world), world.beta)
    address = await other.invite(world.alpha)
    crossed = f"{bid.path}/parties/{address.rsplit('/', 1)[1]}"
    for answer in ("acceptances", "refusals", "withdrawals"):
        refused(await world.alpha.post(f"{crossed}/{answer}"), 404, "not_found")


async def test_of_an_acceptance_and_its_opposites_at_once_one_stands(world: World) -> None:
    for _ in range(3):
        bid = await talks(world)
        address = bid.party(world.gamma)
        answers = await asyncio.gather(
            world.gamma.post(f"{address}/acceptances"),
            world.gamma.post(f"{address}/refusals"),
            world.alpha.post(f"{address}/withdrawals"),
            world.gamma.post(f"{address}/acceptances"),
        )
        codes = sorted(answer.status_code for answer in answers)
        assert codes.count(201) == 1
        assert set(codes) <= {201, 404, 409}
