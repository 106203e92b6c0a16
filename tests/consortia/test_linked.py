"""Linked companies that bid apart: as the documents of the tender have it (CE n° 436532)."""

import asyncio

from tests.clusters.test_links import end, say
from tests.consortia.steps import Bid, ok, refused, write_tender
from tests.consortia.test_caps import say as say_rules
from tests.consortia.test_rivals import opening
from tests.consortia.test_solo_bids import alone
from tests.world import World


async def test_bids_apart_of_linked_companies_block_warn_or_pass_ce_436532(world: World) -> None:
    ok(await say(world.coordinator, world.beta, world.delta))
    for linked_bids in ("forbidden", "unknown", "allowed"):
        tender = await write_tender(world, lots=1)
        await say_rules(world, tender, linked_bids=linked_bids)
        x = await Bid.form(tender, world.alpha, world.beta)
        y = await Bid.form(tender, world.gamma)
        address = await y.invite(world.delta)
        acts = [await world.delta.post("/v1/consortia", opening(tender))]
        if linked_bids == "forbidden":
            acts.append(await alone(world.delta, tender))
        if linked_bids != "forbidden":
            led = ok(acts[0])
            assert bool(led["warnings"]) == (linked_bids == "unknown")
            ok(await world.delta.post(f"/v1/consortia/{led['id']}/withdrawals", {"reason": "Non"}))
        acts.append(await world.delta.post(f"{address}/acceptances"))
        ok(await x.write(x.shares(6_000, 4_000)), 200)
        acts.append(await world.beta.post(f"{await x.propose()}/approvals"))
        if linked_bids == "forbidden":
            *barred, approved = acts
            for act in barred:
                body = refused(act, 409, "linked_bids_forbidden")
                assert "436532" in body["title"]
                assert x.body["id"] not in act.text
            ok(approved)
        else:
            for act in acts[1:]:
                told = ok(act)["warnings"]
                assert any("436532" in one for one in told) == (linked_bids == "unknown")
                assert bool(told) == (linked_bids == "unknown")


async def test_a_link_that_is_declared_late_bars_from_approving_ce_436532(world: World) -> None:
    tender = await write_tender(world, lots=2)
    await say_rules(world, tender, linked_bids="forbidden")
    first, second = (lot["id"] for lot in tender["lots"])
    x = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    agreement = await x.propose()
    y = await Bid.form(tender, world.gamma, world.delta, lots=[second])
    found = ok(await say(world.coordinator, world.beta, world.delta))
    ok(await world.alpha.post(f"{agreement}/approvals"))
    refused(await alone(world.delta, tender), 409, "linked_bids_forbidden")
    ok(await end(world.coordinator, world.beta, found))
    solo = ok(await alone(world.delta, tender))
    ok(await say(world.coordinator, world.delta, world.beta))
    refused(await world.beta.post(f"{agreement}/approvals"), 409, "linked_bids_forbidden")
    path = f"/v1/tenders/{tender['id']}/solo-bids/{solo['id']}/withdrawals"
    ok(await world.delta.post(path))
    ok(await world.beta.post(f"{agreement}/approvals"))
    assert y.body["warnings"] == []


async def test_the_word_of_one_company_alone_asks_nothing_of_another(world: World) -> None:
    tender = await write_tender(world, lots=1)
    await say_rules(world, tender, linked_bids="forbidden")
    await Bid.form(tender, world.alpha)
    ok(await say(world.gamma, world.gamma, world.alpha))
    opened = ok(await world.gamma.post("/v1/consortia", opening(tender)))
    assert opened["warnings"] == []
    ok(await say(world.alpha, world.alpha, world.gamma, "officers"))
    refused(await alone(world.gamma, tender), 409, "linked_bids_forbidden")


async def test_linked_companies_of_one_group_are_no_rivals(world: World) -> None:
    ok(await say(world.coordinator, world.alpha, world.beta))
    tender = await write_tender(world, lots=1)
    await say_rules(world, tender, linked_bids="forbidden")
    x = await Bid.form(tender, world.alpha, world.beta)
    ok(await x.write(x.shares(6_000, 4_000)), 200)
    await x.agree()


async def test_of_linked_companies_that_bid_at_once_one_stands_ce_436532(world: World) -> None:
    ok(await say(world.coordinator, world.beta, world.delta))
    for _ in range(4):
        tender = await write_tender(world, lots=1)
        await say_rules(world, tender, linked_bids="forbidden")
        x = await Bid.form(tender, world.gamma)
        address = await x.invite(world.beta)
        answers = await asyncio.gather(
            alone(world.delta, tender), world.beta.post(f"{address}/acceptances")
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
