"""What the documents of a tender say, over HTTP."""

from typing import Any

from tests.consortia.steps import ok, refused, write_tender
from tests.world import Person, World


async def say(person: Person, tender: Any, version: int, **rules: Any) -> Any:
    return await person.put(f"/v1/tenders/{tender['id']}/rules", rules, version)


async def test_of_what_nobody_read_nothing_is_assumed(world: World) -> None:
    tender = await write_tender(world)
    shown = ok(await world.viewer.get(f"/v1/tenders/{tender['id']}/rules"), 200)
    assert (shown["several_bids"], shown["linked_bids"]) == ("unknown", "unknown")
    assert (shown["asked"], shown["reserved"], shown["said_at"]) == ([], [], None)


async def test_what_was_read_is_kept_and_replaces_what_was_read_before(world: World) -> None:
    tender = await write_tender(world)
    lot = tender["lots"][1]["id"]
    given = {
        "several_bids": "forbidden",
        "linked_bids": "allowed",
        "one_lead": True,
        "negotiated": True,
        "launched_on": "2026-02-02",
        "bid_cap": 2,
        "win_cap": 1,
        "asked": ["social", "tax"],
        "reserved": [{"lot_id": lot, "kinds": ["adapted", "insertion"]}],
        "form_at_award": "solidaire",
        "form_reason": "Exploitation continue d'un équipement recevant du public.",
    }
    ok_ = await say(world.beta, tender, tender["version"], **given)
    assert (ok_.status_code, ok_.headers["ETag"]) == (204, '"2"')
    shown = ok(await world.alpha.get(f"/v1/tenders/{tender['id']}/rules"), 200)
    assert {name: shown[name] for name in given} == given
    stale = await say(world.alpha, tender, tender["version"], several_bids="allowed")
    refused(stale, 412, "stale_version")
    assert (await say(world.alpha, tender, 2, several_bids="allowed")).status_code == 204
    shown = ok(await world.alpha.get(f"/v1/tenders/{tender['id']}/rules"), 200)
    assert (shown["several_bids"], shown["bid_cap"], shown["version"]) == ("allowed", None, 3)
    assert ok(await world.beta.get(f"/v1/tenders/{tender['id']}"), 200)["several_bids"] == "allowed"


async def test_a_form_is_imposed_on_a_winner_only_with_its_reason_r2142_22(world: World) -> None:
    tender = await write_tender(world)
    answer = await say(world.alpha, tender, 1, form_at_award="solidaire")
    assert "R2142-22" in refused(answer, 422, "unjustified_form")["title"]


async def test_a_lot_is_reserved_to_some_kinds_of_employers_alone_l2113_12(world: World) -> None:
    tender = await write_tender(world)
    other = await write_tender(world)
    own, foreign = (one["lots"][0]["id"] for one in (tender, other))
    odd = [{"lot_id": own, "kinds": ["qualiopi"]}]
    answer = await say(world.alpha, tender, 1, reserved=odd)
    assert "L2113-12" in refused(answer, 422, "unknown_reservation")["title"]
    stray = [{"lot_id": foreign, "kinds": ["esus"]}]
    refused(await say(world.alpha, tender, 1, reserved=stray), 422, "unknown_lot")
