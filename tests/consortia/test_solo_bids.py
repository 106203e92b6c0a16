"""A company that bids alone on a lot: a candidate like a group, and nobody else's business."""

import asyncio
from typing import Any

from httpx import Response

from tests.consortia.cast import decide, enlist, person_id
from tests.consortia.steps import Bid, ok, refused, write_tender
from tests.consortia.test_rivals import opening, opens, trail
from tests.world import Person, World


async def alone(person: Person, tender: Any, lot: int = 0) -> Response:
    """A company answers a lot of a tender alone."""
    body = {"lot_id": tender["lots"][lot]["id"]}
    return await person.post(f"/v1/tenders/{tender['id']}/solo-bids", body)


async def give_up(person: Person, tender: Any, bid: Any) -> Response:
    """A company no longer answers alone."""
    return await person.post(f"/v1/tenders/{tender['id']}/solo-bids/{bid['id']}/withdrawals")


async def test_a_company_alone_and_in_a_group_on_one_lot_is_refused_r2151_7(world: World) -> None:
    tender = await write_tender(world, lots=2)
    made = ok(await alone(world.beta, tender))
    assert made["warnings"] == []
    x = await Bid.form(tender, world.alpha)
    address = await x.invite(world.beta)
    body = refused(await world.beta.post(f"{address}/acceptances"), 409, "bids_alone")
    assert "R2151-7" in body["title"]
    refused(await world.beta.post("/v1/consortia", opening(tender)), 409, "bids_alone")
    other_lot = {**opening(tender), "lot_ids": [tender["lots"][1]["id"]]}
    ok(await world.beta.post("/v1/consortia", other_lot))
    assert ok(await give_up(world.beta, tender, made))["withdrawn_at"]
    refused(await give_up(world.beta, tender, made), 409, "solo_bid_withdrawn")
    first = await Bid.form(tender, world.gamma, lots=[tender["lots"][0]["id"]])
    ok(await world.beta.post(f"{await first.invite(world.beta)}/acceptances"))
    refused(await alone(world.beta, tender), 409, "in_rival_consortium")


async def test_alone_and_in_a_group_forbidden_blocks_and_unknown_warns_r2142_21(
    world: World,
) -> None:
    for several_bids in ("forbidden", "unknown", "allowed"):
        tender = await write_tender(world, lots=1, several_bids=several_bids)
        await decide(world, tender["lots"][0]["id"], member_id=world.beta.member)
        warned = several_bids == "unknown"
        x = await Bid.form(tender, world.alpha, world.beta)
        y = await Bid.form(tender, world.gamma)
        address = await y.invite(world.beta)
        ok(await x.write(x.shares(6_000, 4_000)), 200)
        agreement = await x.propose()
        made = ok(await alone(world.beta, tender))
        assert made["warnings"] == []
        answers = [await world.beta.post(f"{one}") for one in (f"{address}/acceptances",)]
        answers.append(await world.beta.post("/v1/consortia", opening(tender)))
        answers.append(await world.beta.post(f"{agreement}/approvals"))
        for answer in answers:
            if several_bids == "forbidden":
                assert "R2142-21" in refused(answer, 409, "several_bids_forbidden")["title"]
            else:
                assert bool(ok(answer)["warnings"]) == warned
        ok(await give_up(world.beta, tender, made))
        answer = await world.beta.post(f"{agreement}/approvals")
        if several_bids == "forbidden":
            ok(answer)
            refused(await alone(world.beta, tender), 409, "several_bids_forbidden")
        else:
            refused(answer, 409, "already_approved")
            assert bool(ok(await alone(world.beta, tender))["warnings"]) == warned


async def test_a_decision_withdrawn_bars_who_bids_alone_from_approving(world: World) -> None:
    tender = await write_tender(world, lots=1, several_bids="allowed")
    made = await decide(world, tender["lots"][0]["id"], member_id=world.beta.member)
    x = await Bid.form(tender, world.alpha, world.beta)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    agreement = await x.propose()
    ok(await alone(world.beta, tender))
    ok(await world.coordinator.post(f"/v1/wall-decisions/{made['id']}/withdrawals"))
    refused(await world.beta.post(f"{agreement}/approvals"), 409, "bids_alone")


async def test_who_saw_the_prices_of_a_group_does_not_bid_alone_adlc_22_d_04(
    world: World,
) -> None:
    tender = await write_tender(world, lots=1)
    x = await Bid.form(tender, world.alpha, world.beta)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    await opens(world.beta, x)
    ok(await world.beta.post(f"{x.party(world.beta)}/withdrawals"))
    colleague = await enlist(world, world.beta)
    body = refused(await alone(colleague, tender), 409, "saw_rival_prices")
    assert "22-D-04" in body["title"]
    hat = await enlist(world, world.delta, same_as=world.beta)
    refused(await alone(hat, tender), 403, "saw_rival_prices")
    ok(await alone(world.delta, tender))
    await decide(world, tender["lots"][0]["id"], member_id=world.beta.member)
    ok(await alone(colleague, tender))
    assert len(await trail(world, "refused.saw_rival_prices")) == 2


async def test_one_person_commits_one_candidate_to_a_lot_r2142_4(world: World) -> None:
    tender = await write_tender(world, lots=1)
    hat = await enlist(world, world.delta, same_as=world.beta)
    ok(await alone(hat, tender))
    body = refused(await alone(world.beta, tender), 409, "one_signatory")
    assert "R2142-4" in body["title"]
    x = await Bid.form(tender, world.alpha)
    address = await x.invite(world.beta)
    refused(await world.beta.post(f"{address}/acceptances"), 409, "one_signatory")
    refused(await world.beta.post("/v1/consortia", opening(tender)), 409, "one_signatory")
    colleague = await enlist(world, world.beta)
    ok(await colleague.post(f"{address}/acceptances"))
    ok(await x.write({"lots": x.shares(6_000, 4_000)["lots"]}), 200)
    agreement = await x.propose()
    refused(await world.beta.post(f"{agreement}/approvals"), 409, "one_signatory")
    ok(await colleague.post(f"{agreement}/approvals"))


async def test_no_decision_lets_a_person_sign_for_two_candidates_r2142_4(world: World) -> None:
    tender = await write_tender(world, lots=1)
    hat = await enlist(world, world.delta, same_as=world.beta)
    await decide(world, tender["lots"][0]["id"], person_id=await person_id(world, hat))
    ok(await alone(hat, tender))
    refused(await alone(world.beta, tender), 409, "one_signatory")
    x = await Bid.form(tender, world.alpha, world.beta)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    refused(await world.beta.post(f"{await x.propose()}/approvals"), 409, "one_signatory")


async def test_a_bid_alone_is_of_one_lot_of_the_tender_and_once(world: World) -> None:
    tender, other = await write_tender(world), await write_tender(world)
    path = f"/v1/tenders/{tender['id']}/solo-bids"
    stray = await world.beta.post(path, {"lot_id": other["lots"][0]["id"]})
    refused(stray, 422, "unknown_lot")
    made = ok(await alone(world.beta, tender))
    refused(await alone(world.beta, tender), 409, "already_bids_alone")
    refused(await give_up(world.beta, other, made), 404, "not_found")
    ok(await give_up(world.beta, tender, made))
    again = ok(await alone(world.beta, tender))
    shown = ok(await world.beta.get(path), 200)["items"]
    assert [one["id"] for one in shown] == [made["id"], again["id"]]
    assert [one["withdrawn_at"] is None for one in shown] == [False, True]


async def test_of_a_bid_alone_and_a_group_at_once_one_stands(world: World) -> None:
    for _ in range(3):
        tender = await write_tender(world, lots=1)
        x = await Bid.form(tender, world.alpha)
        address = await x.invite(world.beta)
        answers = await asyncio.gather(
            alone(world.beta, tender),
            alone(world.beta, tender),
            world.beta.post(f"{address}/acceptances"),
            world.beta.post("/v1/consortia", opening(tender)),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_nobody_else_sees_who_bids_alone(world: World) -> None:
    tender = await write_tender(world)
    made = ok(await alone(world.alpha, tender))
    path = f"/v1/tenders/{tender['id']}/solo-bids"
    for person in (world.coordinator, world.treasurer, world.auditor, world.gamma):
        assert ok(await person.get(path), 200)["items"] == []
    for person in (world.viewer, world.contributor):
        assert [one["id"] for one in ok(await person.get(path), 200)["items"]] == [made["id"]]
    refused(await give_up(world.gamma, tender, made), 404, "not_found")
    refused(await give_up(world.contributor, tender, made), 403, "forbidden")
    kept = await trail(world, "solo_bid.recorded")
    assert [(one.member_id, one.consortium_id, one.detail) for one in kept] == [
        (world.alpha.member_id, None, {})
    ]
