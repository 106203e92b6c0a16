"""A joint answer from talks to submission, over HTTP."""

import asyncio

from tests.clusters.steps import departed
from tests.consortia.cast import decide
from tests.consortia.steps import Bid, lacking, ok, refused, submitted, write_tender
from tests.world import World


async def test_a_consortium_is_agreed_by_every_party_then_submitted(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    split = ok(await bid.write(bid.shares(3_333, 6_667, amount=100_001)), 200)
    amounts = [line["amount"]["amount_cents"] for line in split["lots"][0]["lines"]]
    assert amounts == [33_330, 66_671]
    address = await bid.propose()
    ok(await world.alpha.post(f"{address}/approvals"))
    assert ok(await world.beta.get(bid.path), 200)["state"] == "proposed"
    lacking(await bid.submit(), "approval_missing")
    ok(await world.beta.post(f"{address}/approvals"))
    ok(await bid.submit())
    shown = ok(await world.beta.get(bid.path), 200)
    assert (shown["state"], len(shown["agreement"]["approvals"])) == ("submitted", 2)


async def test_a_split_that_is_not_whole_is_refused_and_says_why(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    problem = refused(await bid.write(bid.shares(3_333, 6_666)), 422, "split_not_exact")
    assert problem["errors"][0]["pointer"] == "/lots/0"
    assert "99,99 %" in problem["detail"]
    refused(await world.alpha.get(f"{bid.path}/split"), 404, "not_found")


async def test_a_split_mixes_fixed_amounts_and_percentages(world: World) -> None:
    tender = await write_tender(world, lots=1)
    bid = await Bid.form(tender, world.alpha, world.beta, world.gamma)
    first, second, third = bid.parties.values()
    lines = [
        {"party_id": first, "amount": {"amount_cents": 40_000}},
        {"party_id": second, "bps": 5_000},
        {"party_id": third, "bps": 5_000},
    ]
    body = {"lots": [{"lot_id": bid.lots[0], "amount": {"amount_cents": 90_001}, "lines": lines}]}
    split = ok(await bid.write(body), 200)
    amounts = [line["amount"]["amount_cents"] for line in split["lots"][0]["lines"]]
    assert amounts == [40_000, 25_001, 25_000]


async def test_a_stale_split_loses_to_the_newer_one(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    version = await bid.version()
    ok(await world.alpha.put(f"{bid.path}/split", bid.shares(6_000, 4_000), version), 200)
    late = await world.beta.put(f"{bid.path}/split", bid.shares(1_000, 9_000), version)
    refused(late, 412, "stale_version")
    unnamed = await world.beta.client.put(
        f"{bid.path}/split", json=bid.shares(1_000, 9_000), headers=world.beta.headers()
    )
    refused(unnamed, 428, "version_required")


async def test_whole_split_only_every_lot_and_known_parties(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    partial = bid.shares(6_000, 4_000)
    partial["lots"].pop()
    refused(await bid.write(partial), 422, "lot_not_answered")
    foreign = bid.shares(6_000, 4_000)
    foreign["lots"][0]["lines"][0]["party_id"] = "par_" + "0" * 32
    refused(await bid.write(foreign), 422, "unknown_party")


async def test_a_second_lead_is_refused_r2142_24(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha)
    body = {"member_id": world.beta.member, "role": "lead"}
    refused(await world.alpha.post(f"{bid.path}/parties", body), 409, "second_lead")


async def test_a_company_comes_in_once_and_from_this_cluster(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    again = {"member_id": world.beta.member}
    refused(await world.alpha.post(f"{bid.path}/parties", again), 409, "party_exists")
    stranger = {"member_id": "mem_" + "0" * 32}
    refused(await world.alpha.post(f"{bid.path}/parties", stranger), 422, "unknown_member")


async def test_only_the_lead_composes_and_proposes(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    body = {"member_id": world.gamma.member}
    refused(await world.beta.post(f"{bid.path}/parties", body), 403, "not_lead")
    refused(await world.beta.post(f"{bid.path}/agreements"), 403, "not_lead")
    refused(await world.viewer.post(f"{bid.path}/agreements"), 403, "forbidden")


async def test_nothing_is_proposed_without_a_split(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    lacking(await world.alpha.post(f"{bid.path}/agreements"), "split_missing")


async def test_a_proposal_freezes_until_it_is_withdrawn(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    address = await bid.propose()
    ok(await world.beta.post(f"{address}/approvals"))
    refused(await world.beta.post(f"{address}/approvals"), 409, "already_approved")
    refused(await bid.write(bid.shares(5_000, 5_000)), 409, "split_frozen")
    body = {"member_id": world.gamma.member}
    refused(await world.alpha.post(f"{bid.path}/parties", body), 409, "split_frozen")
    ok(await world.alpha.post(f"{address}/withdrawals"))
    split = ok(await bid.write(bid.shares(5_000, 5_000)), 200)
    assert split["number"] == 2
    refused(await world.beta.post(f"{address}/approvals"), 404, "not_found")
    await bid.agree()


async def test_nobody_leads_two_groups_on_one_lot_r2142_23(world: World) -> None:
    tender = await write_tender(world)
    first, second = (lot["id"] for lot in tender["lots"])
    await Bid.form(tender, world.alpha, world.beta, lots=[first])
    again = {
        "tender_id": tender["id"],
        "name": "Autre",
        "form": "solidaire",
        "lot_ids": [first],
    }
    refused(await world.alpha.post("/v1/consortia", again), 409, "already_leads")
    ok(await world.alpha.post("/v1/consortia", {**again, "lot_ids": [second]}))


async def test_two_bids_on_one_lot_are_refused_where_the_buyer_forbids_them(world: World) -> None:
    for several_bids in ("forbidden", "unknown", "allowed"):
        tender = await write_tender(world, lots=1, several_bids=several_bids)
        await decide(world, tender["lots"][0]["id"], member_id=world.beta.member)
        bids = [await Bid.form(tender, lead, world.beta) for lead in (world.alpha, world.gamma)]
        for bid in bids:
            ok(await bid.write(bid.shares(6_000, 4_000)), 200)
            answer = await world.beta.post(f"{await bid.propose()}/approvals")
            if bid is bids[0]:
                ok(answer)
            elif several_bids == "forbidden":
                refused(answer, 409, "several_bids_forbidden")
            else:
                assert bool(ok(answer)["warnings"]) == (several_bids == "unknown")


async def closing(world: World, wall_time: str) -> Bid:
    """An agreed bid for a tender that closes at this wall time in Paris."""
    body = {"title": "Clos", "buyer": "B", "deadline": {"wall_time": wall_time}, "lots": []}
    tender = ok(await world.coordinator.post("/v1/tenders", body))
    assert [lot["title"] for lot in tender["lots"]] == ["Marché unique"]
    bid = await Bid.form(tender, world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    await bid.agree()
    return bid


async def test_a_bid_is_late_by_a_second_r2143_2_r2151_5(world: World) -> None:
    late = await closing(world, "2026-03-02T09:59:59")
    refused(await late.submit(), 409, "too_late")
    ok(await (await closing(world, "2026-03-02T10:00:00")).submit())


async def test_a_bid_goes_out_after_its_agreement_and_not_tomorrow(world: World) -> None:
    bid = await closing(world, "2026-03-20T12:00:00")
    for at in ("2026-03-02T09:00:01Z", "2026-03-02T08:59:59Z", "0001-01-01T00:00:00+14:00"):
        refused(await bid.submit(at), 422, "invalid")


async def test_a_consortium_of_one_or_with_an_idle_party_proposes_nothing(world: World) -> None:
    alone = await Bid.form(await write_tender(world), world.alpha)
    ok(await alone.write(alone.shares(10_000)), 200)
    lacking(await world.alpha.post(f"{alone.path}/agreements"), "alone")
    ok(await world.beta.post(f"{await alone.invite(world.beta)}/acceptances"))
    lacking(await world.alpha.post(f"{alone.path}/agreements"), "party_without_part")


async def test_of_eight_groups_opened_at_once_one_leads_the_lot(world: World) -> None:
    tender = await write_tender(world, lots=1)
    body = {
        "tender_id": tender["id"],
        "name": "Groupement",
        "form": "conjoint",
        "lot_ids": [tender["lots"][0]["id"]],
    }
    answers = await asyncio.gather(*(world.alpha.post("/v1/consortia", body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_of_two_forbidden_bids_approved_at_once_one_stands(world: World) -> None:
    tender = await write_tender(world, lots=1, several_bids="forbidden")
    await decide(world, tender["lots"][0]["id"], member_id=world.beta.member)
    addresses = []
    for lead in (world.alpha, world.gamma):
        bid = await Bid.form(tender, lead, world.beta)
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
        addresses.append(await bid.propose())
    answers = await asyncio.gather(
        *(world.beta.post(f"{address}/approvals") for address in addresses)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_company_that_left_approves_nothing_and_answers_nothing_new(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    agreement = await bid.propose()
    await departed(world, world.beta)
    refused(await world.beta.post(f"{agreement}/approvals"), 403, "member_not_active")
    for tender, status, code in (
        (bid.body["tender_id"], 403, "member_not_active"),  # it stands on it, still
        ((await write_tender(world))["id"], 404, "not_found"),
    ):
        body = {"tender_id": tender, "name": "X", "form": "conjoint", "lot_ids": bid.lots[:1]}
        refused(await world.beta.post("/v1/consortia", body), status, code)
        interest = {"lot_id": bid.lots[0], "stance": "part"}
        answer = await world.beta.post(f"/v1/tenders/{tender}/interests", interest)
        refused(answer, status, code)


async def test_a_rival_sees_nothing_and_the_coordinator_a_header(world: World) -> None:
    bid = await submitted(world)
    for path in ("", "/split", "/contribution"):
        rival = await world.gamma.get(bid.path + path)
        never = await world.gamma.get("/v1/consortia/con_" + "0" * 32 + path)
        assert rival.status_code == never.status_code == 404
        assert {**rival.json(), "request_id": ""} == {**never.json(), "request_id": ""}
    assert ok(await world.gamma.get("/v1/consortia"), 200)["items"] == []
    header = ok(await world.coordinator.get(bid.path), 200)
    assert (header["state"], header["parties"], header["lot_ids"]) == ("submitted", [], [])
    assert len(ok(await world.coordinator.get("/v1/consortia"), 200)["items"]) == 1
    refused(await world.coordinator.get(f"{bid.path}/split"), 404, "not_found")
    refused(await world.coordinator.post(f"{bid.path}/agreements"), 403, "forbidden")


async def test_a_rival_changes_nothing(world: World) -> None:
    bid = await submitted(world)
    version = await bid.version()
    attempts = [
        await world.gamma.put(f"{bid.path}/split", bid.shares(1, 9_999), version),
        await world.gamma.post(f"{bid.path}/parties", {"member_id": world.gamma.member}),
        await world.gamma.post(f"{bid.path}/submissions", {"submitted_at": "2026-03-01T00:00Z"}),
        await world.gamma.post(
            f"{bid.path}/awards",
            {"lot_id": bid.lots[0], "outcome": "lost", "notified_on": "2026-03-01"},
        ),
    ]
    assert [answer.status_code for answer in attempts] == [404] * 4
    assert await bid.version() == version


async def test_amounts_stay_exact_for_a_price_of_one_cent(world: World) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    split = ok(await bid.write(bid.shares(5_000, 5_000, amount=1)), 200)
    assert [line["amount"]["amount_cents"] for line in split["lots"][0]["lines"]] == [1, 0]
    refused(await bid.write(bid.shares(5_000, 5_000, amount=10**15 + 1)), 422, "invalid")
