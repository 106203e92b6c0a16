"""A composition that is frozen, its lawful exceptions, rounds, and a lead that hands over."""

from typing import Any

import pytest

from tests.consortia.steps import Bid, lacking, ok, refused, submitted, write_tender
from tests.world import World

UNABLE = {"ground": "unable", "reason": "Liquidation judiciaire.", "accepted_on": "2026-03-01"}
APPLIED = {"submitted_at": "2026-03-02T08:00:00Z", "platform": "PLACE"}


async def applied(world: World) -> Bid:
    """Alpha and beta have handed in their application."""
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await world.alpha.post(f"{bid.path}/applications", APPLIED))
    return bid


async def rule(world: World, bid: Bid, **rules: Any) -> None:
    tender = f"/v1/tenders/{bid.body['tender_id']}"
    version = ok(await world.alpha.get(tender), 200)["version"]
    assert (await world.alpha.put(f"{tender}/rules", rules, version)).status_code == 204


async def test_the_composition_is_frozen_from_the_application_r2142_26(world: World) -> None:
    bid = await applied(world)
    body = {"member_id": world.gamma.member}
    problem = refused(
        await world.alpha.post(f"{bid.path}/parties", body), 409, "composition_frozen"
    )
    assert "R2142-26" in problem["title"]
    beta = bid.party(world.beta)
    refused(await world.beta.post(f"{beta}/withdrawals"), 409, "composition_frozen")
    again = await world.alpha.post(f"{bid.path}/applications", APPLIED)
    refused(again, 409, "application_exists")
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    await bid.agree()
    ok(await bid.submit())


async def test_an_application_is_of_two_companies_that_have_both_said_yes(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha)
    address = f"{bid.path}/applications"
    lacking(await world.alpha.post(address, APPLIED), "alone")
    invited = await bid.invite(world.beta)
    lacking(await world.alpha.post(address, APPLIED), "invitation_pending", "alone")
    ok(await world.beta.post(f"{invited}/acceptances"))
    refused(await world.beta.post(address, APPLIED), 403, "not_lead")
    late = {"submitted_at": "2026-03-02T09:00:01Z"}
    refused(await world.alpha.post(address, late), 422, "invalid")
    ok(await world.alpha.post(address, APPLIED))


async def test_who_was_invited_before_the_freeze_does_not_come_in_after_it(world: World) -> None:
    bid = await submitted(world)
    body = {"member_id": world.gamma.member}
    refused(await world.alpha.post(f"{bid.path}/parties", body), 409, "split_frozen")


async def test_a_company_that_is_unable_is_replaced_as_the_buyer_accepts_r2142_26(
    world: World,
) -> None:
    bid = await submitted(world)
    change: dict[str, Any] = {**UNABLE, "leaving_id": bid.parties[world.beta.member]}
    change["joining"] = {"member_id": world.gamma.member}
    refused(await world.beta.post(f"{bid.path}/composition-changes", change), 403, "not_lead")
    made = ok(await world.alpha.post(f"{bid.path}/composition-changes", change))
    refused(await world.beta.get(bid.path), 404, "not_found")
    newcomer = f"{bid.path}/parties/{made['joining_id']}"
    ok(await world.gamma.post(f"{newcomer}/acceptances"))
    split = ok(await world.gamma.get(f"{bid.path}/split"), 200)
    named = {line["party_id"] for line in split["lots"][0]["lines"]}
    assert bid.parties[world.beta.member] in named
    assert made["joining_id"] not in named


async def test_the_part_of_who_left_is_written_anew_in_a_round_and_not_by_itself(
    world: World,
) -> None:
    bid = await submitted(world)
    change: dict[str, Any] = {**UNABLE, "leaving_id": bid.parties[world.beta.member]}
    change["joining"] = {"member_id": world.gamma.member}
    made = ok(await world.alpha.post(f"{bid.path}/composition-changes", change))
    ok(await world.gamma.post(f"{bid.path}/parties/{made['joining_id']}/acceptances"))
    opened = {"ground": "composition", "reason": "Gamma reprend la part de Beta."}
    ok(await world.alpha.post(f"{bid.path}/rounds", opened))
    lacking(
        await world.alpha.post(f"{bid.path}/agreements"), "split_outdated", "party_without_part"
    )
    bid.parties = {world.alpha.member: bid.parties[world.alpha.member]}
    bid.parties[world.gamma.member] = made["joining_id"]
    bid.others = [world.gamma]
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    await bid.agree()
    ok(await bid.submit())
    parts = ok(await bid.award())["parts"]
    assert {one["party_id"] for one in parts} == set(bid.parties.values())


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ({}, 409),
        ({"negotiated": True}, 409),
        ({"negotiated": True, "launched_on": "2024-12-31"}, 409),
        ({"launched_on": "2025-01-01"}, 409),
        ({"negotiated": True, "launched_on": "2025-01-01"}, 201),
    ],
)
async def test_a_negotiation_lets_companies_in_only_for_calls_since_2025_r2142_26(
    world: World, rules: dict[str, Any], status: int
) -> None:
    bid = await submitted(world)
    if rules:
        await rule(world, bid, **rules)
    change: dict[str, Any] = {
        **UNABLE,
        "ground": "negotiation",
        "joining": {"member_id": world.gamma.member},
    }
    answer = await world.alpha.post(f"{bid.path}/composition-changes", change)
    assert answer.status_code == status, answer.text
    if status == 409:
        assert "R2142-26" in refused(answer, 409, "unlawful_change")["detail"]


async def test_an_agreement_lapses_when_others_come_in_before_the_bid(world: World) -> None:
    bid = await applied(world)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    await bid.agree()
    joining = {"joining": {"member_id": world.gamma.member}}
    made = ok(await world.alpha.post(f"{bid.path}/composition-changes", UNABLE | joining))
    shown = ok(await world.beta.get(bid.path), 200)
    assert (shown["state"], shown["agreement"]) == ("forming", None)
    lacking(await world.alpha.post(f"{bid.path}/agreements"), "invitation_pending")
    ok(await world.gamma.post(f"{bid.path}/parties/{made['joining_id']}/acceptances"))
    lacking(await world.alpha.post(f"{bid.path}/agreements"), "party_without_part")


async def test_grounds_of_a_running_contract_do_not_hold_before_it_r2194_6(world: World) -> None:
    bid = await submitted(world)
    change: dict[str, Any] = {
        **UNABLE,
        "ground": "review_clause",
        "joining": {"member_id": world.gamma.member},
    }
    answer = await world.alpha.post(f"{bid.path}/composition-changes", change)
    assert "R2142-26" in refused(answer, 409, "unlawful_change")["detail"]


async def test_a_free_composition_needs_no_ground(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    change: dict[str, Any] = {**UNABLE, "leaving_id": bid.parties[world.beta.member]}
    refused(await world.alpha.post(f"{bid.path}/composition-changes", change), 409, "not_frozen")
    failure = {"kind": "withdrawal", "reason": "Non.", "on_day": "2026-03-01"}
    refused(await world.beta.post(f"{bid.party(world.beta)}/failures", failure), 409, "not_frozen")


async def test_the_lead_is_not_replaced_without_a_successor_r2142_24(world: World) -> None:
    bid = await submitted(world)
    change: dict[str, Any] = {**UNABLE, "leaving_id": bid.parties[world.alpha.member]}
    refused(await world.alpha.post(f"{bid.path}/composition-changes", change), 409, "lead_stays")
    nobody = await world.alpha.post(f"{bid.path}/composition-changes", UNABLE)
    refused(nobody, 422, "invalid")


async def test_a_default_after_the_bid_spreads_nothing_and_deletes_nothing(world: World) -> None:
    bid = await submitted(world)
    before = ok(await world.alpha.get(f"{bid.path}/split"), 200)
    failure = {"kind": "default", "reason": "Ne répond plus.", "on_day": "2026-03-01"}
    address = f"{bid.party(world.beta)}/failures"
    refused(await world.beta.post(address, failure), 403, "not_for_you")
    ok(await world.alpha.post(address, failure))
    refused(await world.alpha.post(address, failure), 409, "already_failed")
    withdrawal = {**failure, "kind": "withdrawal"}
    own = f"{bid.party(world.alpha)}/failures"
    refused(await world.beta.post(own, withdrawal), 403, "not_for_you")
    after = ok(await world.beta.get(f"{bid.path}/split"), 200)
    assert after["lots"] == before["lots"]
    parts = ok(await bid.award())["parts"]
    assert {one["party_id"] for one in parts} == set(bid.parties.values())


async def test_a_bid_is_negotiated_in_rounds_each_with_its_versions(world: World) -> None:
    bid = await submitted(world)
    opened = {"ground": "negotiation", "reason": "Lettre du 2 mars."}
    refused(await world.beta.post(f"{bid.path}/rounds", opened), 403, "not_lead")
    deadline = {"deadline_at": "2026-03-02T08:59:59Z"}
    assert ok(await world.alpha.post(f"{bid.path}/rounds", opened | deadline))["number"] == 1
    refused(await world.alpha.post(f"{bid.path}/rounds", opened), 409, "round_not_open")
    split = ok(await bid.write(bid.shares(5_500, 4_500, amount=95_000_00)), 200)
    assert split["number"] == 2
    await bid.agree()
    refused(await bid.submit(), 409, "too_late")
    ok(await world.alpha.post(f"{bid.path}/withdrawals", {"reason": "Trop tard."}))


async def test_what_is_awarded_is_the_last_bid_and_no_round_follows(world: World) -> None:
    bid = await submitted(world)
    opened = {"ground": "negotiation", "reason": "Lettre du 2 mars."}
    for share in (5_500, 5_000):
        ok(await world.alpha.post(f"{bid.path}/rounds", opened))
        ok(await bid.write(bid.shares(share, 10_000 - share)), 200)
        await bid.agree()
        ok(await bid.submit())
    parts = ok(await bid.award(amount=90_000_00))["parts"]
    assert [one["amount"]["amount_cents"] for one in parts] == [45_000_00, 45_000_00]
    refused(await world.alpha.post(f"{bid.path}/rounds", opened), 409, "round_not_open")


async def test_the_lead_hands_over_and_its_successor_takes_by_its_own_word(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta, world.gamma)
    offer = {"party_id": bid.parties[world.beta.member], "reason": "Trop chargé."}
    refused(await world.gamma.post(f"{bid.path}/successions", offer), 403, "not_your_succession")
    made = ok(await world.alpha.post(f"{bid.path}/successions", offer))
    address = f"{bid.path}/successions/{made['id']}/acceptances"
    refused(await world.alpha.post(address), 403, "not_your_succession")
    ok(await world.beta.post(address))
    shown = ok(await world.alpha.get(bid.path), 200)
    assert shown["lead_member_id"] == world.beta.member
    roles = {one["member_id"]: one["role"] for one in shown["parties"]}
    assert roles[world.beta.member] == "lead"
    assert roles[world.alpha.member] == "co_contractor"
    refused(await world.beta.post(address), 409, "succession_taken")
    refused(await world.alpha.post(f"{bid.path}/agreements"), 403, "not_lead")
    ok(await world.alpha.post(f"{bid.party(world.alpha)}/withdrawals"))


async def test_once_frozen_a_succession_needs_the_buyers_word_r2142_26(world: World) -> None:
    bid = await applied(world)
    offer = {"party_id": bid.parties[world.beta.member], "reason": "Fusion."}
    answer = await world.alpha.post(f"{bid.path}/successions", offer)
    assert "R2142-26" in refused(answer, 409, "succession_unaccepted")["title"]
    ok(await world.alpha.post(f"{bid.path}/successions", {**offer, "accepted_on": "2026-03-02"}))


async def test_when_the_lead_defaults_another_offers_its_place(world: World) -> None:
    bid = await submitted(world)
    failure = {"kind": "default", "reason": "Injoignable.", "on_day": "2026-03-01"}
    ok(await world.beta.post(f"{bid.party(world.alpha)}/failures", failure))
    offer = {"party_id": bid.parties[world.beta.member], "reason": "Défaillance du mandataire."}
    offer["accepted_on"] = "2026-03-02"
    made = ok(await world.beta.post(f"{bid.path}/successions", offer))
    ok(await world.beta.post(f"{bid.path}/successions/{made['id']}/acceptances"))
    change: dict[str, Any] = {**UNABLE, "leaving_id": bid.parties[world.alpha.member]}
    ok(await world.beta.post(f"{bid.path}/composition-changes", change))
    refused(await world.alpha.get(bid.path), 404, "not_found")


async def test_who_leads_a_rival_takes_no_succession_r2142_23(world: World) -> None:
    tender = await write_tender(world, several_bids="allowed")
    first, second = (lot["id"] for lot in tender["lots"])
    bid = await Bid.form(tender, world.alpha, world.beta, lots=[first])
    await Bid.form(tender, world.beta, lots=[second])
    offer = {"party_id": bid.parties[world.beta.member], "reason": "Fusion."}
    made = ok(await world.alpha.post(f"{bid.path}/successions", offer))
    ok(await world.beta.post(f"{bid.path}/successions/{made['id']}/acceptances"))


async def test_every_step_is_a_row_with_its_author_and_time(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    steps = ok(await world.beta.get(f"{bid.path}/steps"), 200)["items"]
    kinds = [one["kind"] for one in steps]
    assert sorted(kinds) == sorted(
        ["party.invited", "party.joined"] * 2
        + ["split.written", "agreement.proposed", "agreement.approved", "agreement.approved"]
        + ["bid.submitted", "award.recorded"]
    )
    assert all(one["at"] for one in steps)
    assert all(one["person_id"] for one in steps if one["kind"] != "party.invited")
    refused(await world.gamma.get(f"{bid.path}/steps"), 404, "not_found")
    ok(await world.coordinator.get(f"{bid.path}/steps"), 200)
