"""Policies, charges and payments over HTTP."""

from typing import Any

import pytest

from app.infra.db import Database
from app.kernel.ids import encode, new_id
from tests.contributions.scene import Answer, win
from tests.world import World


def policy(valid_from: str = "2026-07-01", joint_bps: int = 1_200) -> dict[str, Any]:
    """A policy as a client sends it."""
    joint = {"nature": "joint_answer", "bps": joint_bps, "trigger": "cash_received"}
    contracting = {"nature": "co_contracting", "bps": 400, "trigger": "invoice"}
    business = {"nature": "business", "bps": 300, "trigger": "invoice", "debtor": "seller"}
    return {
        "valid_from": valid_from,
        "rates": [joint, contracting, business],
        "fee_bands": [
            {"from_headcount": 0, "to_headcount": 10, "fee": {"amount_cents": 300_00}},
            {"from_headcount": 10, "to_headcount": None, "fee": {"amount_cents": 4_000_00}},
        ],
    }


@pytest.fixture
async def answer(world: World, serving: Database) -> Answer:
    """Alpha and beta have won and received."""
    won = await win(world, serving, "alpha", "beta")
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    await won.receive("alpha", 1_000_00)
    await won.receive("beta", 2_000_00)
    return won


async def test_every_member_reads_the_policy(world: World) -> None:
    (first,) = (await world.viewer.get("/v1/policies")).json()["items"]
    assert (first["version"], first["valid_from"], first["valid_to"]) == (1, "2025-01-01", None)
    rates = {rate["nature"]: rate["bps"] for rate in first["rates"]}
    assert rates == {"joint_answer": 1_500, "co_contracting": 400, "business": 300}
    assert first["fee_bands"][0]["fee"] == {"amount_cents": 300_00, "currency": "EUR"}
    assert first["fee_bands"][-1]["to_headcount"] is None


async def test_a_new_policy_ends_the_one_before(world: World) -> None:
    made = await world.coordinator.post("/v1/policies", policy(), key="p1")
    assert made.status_code == 201, made.text
    again = await world.coordinator.post("/v1/policies", policy(), key="p1")
    assert again.json() == made.json()
    second, first = (await world.alpha.get("/v1/policies")).json()["items"]
    assert second == made.json()
    assert (first["valid_from"], first["valid_to"]) == ("2025-01-01", "2026-07-01")


async def test_a_policy_of_linear_fees_is_read_as_it_was_set(world: World) -> None:
    body = policy()
    del body["fee_bands"]
    body |= {"headcount_method": "maximum", "pro_rata": "day"}
    body["linear_fee"] = {
        name: {"amount_cents": cents, "currency": "EUR"}
        for name, cents in {"per_fte": 95_00, "floor": 300_00, "cap": 4_000_00}.items()
    }
    made = await world.coordinator.post("/v1/policies", body)
    assert made.status_code == 201, made.text
    second, first = (await world.alpha.get("/v1/policies")).json()["items"]
    assert second == made.json()
    given = {name: second[name] for name in ("linear_fee", "headcount_method", "pro_rata")}
    assert given == {name: body[name] for name in given}
    assert (second["fee_bands"], first["linear_fee"]) == ([], None)
    assert (first["headcount_method"], first["pro_rata"]) == ("average", "month")


async def test_only_the_coordinator_sets_a_policy(world: World) -> None:
    for person in (world.alpha, world.treasurer, world.viewer):
        assert (await person.post("/v1/policies", policy())).status_code == 403


async def test_a_policy_before_the_latest_is_refused(world: World) -> None:
    assert (await world.coordinator.post("/v1/policies", policy())).status_code == 201
    for day in ("2026-07-01", "2026-06-30"):
        answer = await world.coordinator.post("/v1/policies", policy(day))
        assert (answer.status_code, answer.json()["code"]) == (409, "policy_out_of_order")


@pytest.mark.parametrize("day", ["9999-12-31", "2028-03-10", "2026-03-01", "2024-06-01"])
async def test_a_policy_in_the_past_or_in_ages_is_refused(world: World, day: str) -> None:
    answer = await world.coordinator.post("/v1/policies", policy(day))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/valid_from"]
    assert "02/03/2026" in answer.json()["detail"]
    assert len((await world.alpha.get("/v1/policies")).json()["items"]) == 1


@pytest.mark.parametrize("day", ["2026-03-02", "2028-03-02"])
async def test_a_policy_from_today_or_in_two_years_is_accepted(world: World, day: str) -> None:
    assert (await world.coordinator.post("/v1/policies", policy(day))).status_code == 201


async def test_a_policy_that_nothing_would_apply_is_refused(world: World) -> None:
    body = policy()
    body["rates"][0]["trigger"] = "invoice"
    answer = await world.coordinator.post("/v1/policies", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_policy")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/rates/0/trigger"]


async def test_a_policy_that_cannot_be_applied_is_refused_with_reasons(world: World) -> None:
    body = policy()
    body["rates"].pop()
    body["fee_bands"][1]["from_headcount"] = 11
    answer = await world.coordinator.post("/v1/policies", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_policy")
    found = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert found == [
        ("/rates", "one_rate_per_nature"),
        ("/fee_bands/1/from_headcount", "gap_or_overlap"),
    ]


async def test_charges_are_listed_with_their_evidence(answer: Answer) -> None:
    world = answer.world
    listed = (await world.treasurer.get("/v1/charges", limit=1)).json()
    assert listed["next_cursor"]
    of_beta = (await world.treasurer.get("/v1/charges", member_id=world.beta.member)).json()
    (charge,) = of_beta["items"]
    assert charge["member_id"] == world.beta.member
    assert charge["consortium_id"] == encode("con", answer.id)
    assert charge["base"]["amount_cents"] == 2_000_00
    assert (charge["bps"], charge["policy_version"]) == (1_500, 1)
    assert charge["amount"] == {"amount_cents": 300_00, "currency": "EUR"}
    assert charge["paid"]["amount_cents"] == 0
    assert charge["evidence"]["ledger_reference"] == charge["source"]
    assert charge["evidence"]["bps"] == 1_500


async def test_the_treasurer_records_a_payment_once(answer: Answer) -> None:
    world = answer.world
    body = {
        "member_id": world.beta.member,
        "amount": {"amount_cents": 250_00},
        "received_on": "2026-03-02",
        "reference": "VIR 1",
    }
    made = await world.treasurer.post("/v1/payments", body, key="v1")
    assert made.status_code == 201, made.text
    assert (await world.treasurer.post("/v1/payments", body, key="v1")).json() == made.json()
    other_key = await world.treasurer.post("/v1/payments", body)
    assert (other_key.status_code, other_key.json()["code"]) == (409, "payment_exists")
    (listed,) = (await world.beta.get("/v1/payments")).json()["items"]
    assert {**made.json(), "settled": listed["settled"]} == listed
    assert listed["settled"]["amount_cents"] == 250_00
    assert (await world.alpha.get("/v1/payments")).json()["items"] == []
    (charge,) = (await world.beta.get("/v1/charges", member_id=world.beta.member)).json()["items"]
    assert charge["paid"]["amount_cents"] == 250_00


async def test_a_payment_of_nobody_or_by_a_member_is_refused(world: World) -> None:
    body = {
        "member_id": encode("mem", new_id()),
        "amount": {"amount_cents": 1},
        "received_on": "2026-03-02",
        "reference": "VIR 1",
    }
    assert (await world.treasurer.post("/v1/payments", body)).status_code == 404
    body["member_id"] = world.alpha.member
    assert (await world.alpha.post("/v1/payments", body)).status_code == 403
    nothing = {**body, "amount": {"amount_cents": 0}}
    assert (await world.treasurer.post("/v1/payments", nothing)).status_code == 422


@pytest.mark.parametrize("day", ["2026-03-04", "9999-12-31", "1999-12-31", "0001-01-01"])
async def test_a_payment_of_another_age_is_refused(world: World, day: str) -> None:
    body = {
        "member_id": world.alpha.member,
        "amount": {"amount_cents": 100},
        "received_on": day,
        "reference": "VIR 1",
    }
    refused = await world.treasurer.post("/v1/payments", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/received_on"]
    # A day that has begun anywhere on Earth has begun.
    body["received_on"] = "2026-03-03"
    assert (await world.treasurer.post("/v1/payments", body)).status_code == 201
