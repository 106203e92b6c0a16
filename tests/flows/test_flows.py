"""What two sides say of an invoice, and who sees it."""

from typing import Any

import pytest

from tests.consortia.steps import ok, submitted, write_tender
from tests.flows.steps import flow_body
from tests.world import Person, World


async def told(person: Person, flow: Any) -> Any:
    """A flow as a person reads it."""
    return ok(await person.get(f"/v1/flows/{flow['id']}"), 200)


def as_buyer(seller: Person, **more: Any) -> dict[str, Any]:
    """The same invoice, as its buyer declares it."""
    return flow_body(seller, **{"side": "buyer", **more})


async def test_the_same_invoice_said_by_both_sides_or_twice_is_one_flow(world: World) -> None:
    first = ok(await world.alpha.post("/v1/flows", flow_body(world.beta)))
    again = ok(await world.alpha.post("/v1/flows", flow_body(world.beta)))
    assert (first["state"], again["id"]) == ("seller_only", first["id"])
    bought = ok(await world.beta.post("/v1/flows", as_buyer(world.alpha)))
    assert (bought["id"], bought["state"]) == (first["id"], "matched")
    assert len(ok(await world.treasurer.get("/v1/flows"), 200)["items"]) == 1


async def test_where_the_two_differ_both_are_shown_and_the_sellers_stands(world: World) -> None:
    bought = ok(await world.beta.post("/v1/flows", as_buyer(world.alpha, cents=900_00)))
    assert (bought["state"], bought["amount"]["amount_cents"]) == ("buyer_only", 900_00)
    sold = ok(await world.alpha.post("/v1/flows", flow_body(world.beta)))
    seen = await told(world.beta, sold)
    assert (seen["id"], seen["state"]) == (bought["id"], "difference")
    assert seen["amount"]["amount_cents"] == 1_000_00
    assert seen["buyer_word"]["amount"]["amount_cents"] == 900_00
    for query, count in (({"state": "difference"}, 1), ({"state": "matched"}, 0)):
        assert len(ok(await world.alpha.get("/v1/flows", **query), 200)["items"]) == count


async def test_what_was_said_is_reversed_and_declared_anew_not_said_again_otherwise(
    world: World,
) -> None:
    first = ok(await world.alpha.post("/v1/flows", flow_body(world.beta)))
    other = await world.alpha.post("/v1/flows", flow_body(world.beta, cents=5))
    assert (other.status_code, other.json()["code"]) == (409, "flow_said_otherwise")
    to_gamma = await world.alpha.post("/v1/flows", flow_body(world.gamma))
    assert to_gamma.json()["code"] == "flow_said_otherwise"
    reason = {"reason": "Mauvais montant"}
    path = f"/v1/flows/{first['id']}/reversals"
    assert (await world.beta.post(path, reason)).json()["code"] == "others_flow"
    assert ok(await world.alpha.post(path, reason))["state"] == "reversed"
    assert (await world.alpha.post(path, reason)).json()["code"] == "flow_reversed"
    anew = ok(await world.alpha.post("/v1/flows", flow_body(world.beta, cents=5)))
    assert anew["id"] != first["id"]


async def test_nobody_else_sees_a_flow_or_learns_of_its_number(world: World) -> None:
    flow = ok(await world.alpha.post("/v1/flows", flow_body(world.beta)))
    assert (await world.gamma.get(f"/v1/flows/{flow['id']}")).status_code == 404
    assert ok(await world.gamma.get("/v1/flows"), 200)["items"] == []
    # A claim of the same number is answered as any claim is.
    claimed = ok(await world.gamma.post("/v1/flows", as_buyer(world.alpha)))
    fresh = ok(await world.gamma.post("/v1/flows", as_buyer(world.alpha, number="F2")))
    assert {name for name in claimed if claimed[name] != fresh[name]} == {"id", "number"}
    assert claimed["id"] != flow["id"]
    # Nor does it keep the seller from declaring: by what stands first.
    assert ok(await world.alpha.post("/v1/flows", flow_body(world.delta, number="F2")))


async def test_a_partner_in_co_contracting_does_not_see_the_invoice(world: World) -> None:
    body = flow_body(world.beta, nature="co_contracting")
    flow = ok(await world.alpha.post("/v1/flows", body))
    assert (flow["partner_id"], flow["buyer_id"]) == (world.beta.member, None)
    assert (await world.beta.get(f"/v1/flows/{flow['id']}")).status_code == 404
    assert (await told(world.treasurer, flow))["nature"] == "co_contracting"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cents": 0}, "zero"),
        ({"cents": -1}, "credit_note"),
        ({"invoiced_on": "1999-12-31"}, "out_of_range"),
        ({"invoiced_on": "2026-03-09"}, "in_the_future"),
        ({"cents": 2**63 - 1}, "less_than_equal"),
        ({"nature": "co_contracting", "side": "buyer"}, "not_the_seller"),
    ],
)
async def test_what_cannot_be_true_is_refused(
    world: World, changes: dict[str, Any], code: str
) -> None:
    answer = await world.alpha.post("/v1/flows", flow_body(world.beta, **changes))
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json()["errors"]] == [code]


async def test_a_credit_note_names_an_invoice_of_the_same_two(world: World) -> None:
    flow = ok(await world.alpha.post("/v1/flows", flow_body(world.beta)))
    note = {"number": "A1", "cents": -400_00, "corrects_id": flow["id"]}
    wrong = await world.alpha.post("/v1/flows", flow_body(world.gamma, **note))
    assert wrong.json()["errors"][0]["code"] == "no_such_invoice"
    early = flow_body(world.beta, **note, invoiced_on="2026-03-01")
    refused = await world.alpha.post("/v1/flows", early)
    assert refused.json()["errors"][0]["code"] == "before_its_invoice"
    credit = ok(await world.alpha.post("/v1/flows", flow_body(world.beta, **note)))
    path = f"/v1/flows/{flow['id']}/reversals"
    held = await world.treasurer.post(path, {"reason": "x"})
    assert held.json()["code"] == "credit_notes_stand"
    ok(await world.treasurer.post(f"/v1/flows/{credit['id']}/reversals", {"reason": "x"}))
    ok(await world.treasurer.post(path, {"reason": "x"}))


async def test_only_parties_of_an_award_say_that_it_was_charged_there(world: World) -> None:
    bid = await submitted(world, await write_tender(world))
    inside = flow_body(world.beta, consortium_id=bid.body["id"])
    early = await world.alpha.post("/v1/flows", inside)
    assert early.json()["errors"][0]["code"] == "no_common_award"
    ok(await bid.award(0))
    assert ok(await world.alpha.post("/v1/flows", inside))["charged_elsewhere"]
    outside = flow_body(world.alpha, consortium_id=bid.body["id"])
    assert (await world.gamma.post("/v1/flows", outside)).status_code == 422
