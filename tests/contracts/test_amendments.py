"""Amendments over HTTP: each ground with its article, and what the cluster then expects."""

import pytest

from tests.consortia.steps import EURO, ok, refused
from tests.contracts.steps import approved, arrive, bill, framework, pay, signed
from tests.world import World


async def test_r2194_8_low_amounts_stay_under_ten_percent_cumulated(world: World) -> None:
    work = await signed(world)
    first = ok(await work.amend("low_amount", 500_000, 5_900_000, 3_600_000))
    assert first["article"] == "R2194-8"
    assert first["amended"] == {
        "total": {"amount_cents": 500_000, "currency": "EUR"},
        "total_bps": 555,
        "low_amount": {"amount_cents": 500_000, "currency": "EUR"},
        "low_amount_bps": 555,
        "limit_bps": 1_000,
    }
    over = refused(
        await work.amend("low_amount", 400_000, 5_900_000, 4_000_000), 409, "beyond_low_amount"
    )
    assert "R2194-9" in over["detail"]
    # Ten percent itself is not under it: 9,000.00 € less one cent, of which 5,000 € are spent.
    assert "3\u202f999,99 € encore" in over["detail"]
    last = ok(await work.amend("low_amount", 399_999, 5_900_000, 3_999_999))
    assert last["amended"]["low_amount_bps"] == 999
    assert (await work.now(world.beta))["amended"] == last["amended"]


async def test_r2194_8_works_have_fifteen_percent(world: World) -> None:
    work = await signed(world, nature="works")
    ok(await work.amend("low_amount", 1_349_999, 6_749_999, 3_600_000))
    refused(await work.amend("low_amount", 1, 6_750_000, 3_600_000), 409, "beyond_low_amount")


async def test_r2194_8_the_european_threshold_binds_where_it_is_lower(world: World) -> None:
    work = await signed(world, european_threshold={"amount_cents": 200_000})
    over = await work.amend("low_amount", 200_000, 5_600_000, 3_600_000)
    assert "seuil européen de 2\u202f000,00 €" in refused(over, 409, "beyond_low_amount")["detail"]
    ok(await work.amend("low_amount", 199_999, 5_599_999, 3_600_000))


async def test_r2194_8_what_is_taken_away_counts_too(world: World) -> None:
    work = await signed(world)
    refused(
        await work.amend("low_amount", -900_000, 5_400_000, 2_700_000), 409, "beyond_low_amount"
    )
    ok(await work.amend("low_amount", -899_999, 5_400_000, 2_700_001))


async def test_r2194_3_additional_and_unforeseen_up_to_half_each(world: World) -> None:
    work = await signed(world)
    for ground, article in (("additional_works", "R2194-2"), ("unforeseen", "R2194-5")):
        over = refused(
            await work.amend(ground, 4_500_001, 9_900_001, 3_600_000), 409, "beyond_half"
        )
        assert article in over["detail"]
        assert "R2194-3" in over["detail"]
    ok(await work.amend("additional_works", 4_500_000, 9_900_000, 3_600_000))
    ok(await work.amend("unforeseen", 4_500_000, 9_900_000, 8_100_000))
    assert (await work.now())["amended"]["total_bps"] == 10_000


async def test_r2194_1_and_7_have_no_share_to_stay_under(world: World) -> None:
    work = await signed(world)
    ok(await work.amend("review_clause", 9_000_000, 14_400_000, 3_600_000))
    ok(await work.amend("not_substantial", 100, 14_400_100, 3_600_000))
    assert (await work.now())["amended"]["low_amount_bps"] == 0


async def test_r3135_8_a_concession_has_ten_percent_of_works_too(world: World) -> None:
    work = await signed(world, of="concession", nature="works")
    assert work.body["law"] == "concession"
    assert work.body["european_threshold"]["amount_cents"] == 5_404_000 * EURO
    over = refused(
        await work.amend("low_amount", 900_000, 6_300_000, 3_600_000), 409, "beyond_low_amount"
    )
    assert "R3135-8, R3135-9" in over["detail"]
    assert "R2194" not in over["detail"]
    low = ok(await work.amend("low_amount", 899_999, 6_299_999, 3_600_000))
    assert (low["article"], low["amended"]["limit_bps"]) == ("R3135-8", 1_000)
    now = await work.now()
    assert (now["law"], now["amended"]) == ("concession", low["amended"])
    (listed,) = ok(await work.lead.get(f"{work.path}/amendments"), 200)["items"]
    assert listed["article"] == "R3135-8"


async def test_r3135_3_a_concession_changes_by_half_at_most(world: World) -> None:
    work = await signed(world, of="concession")
    for ground, article in (("additional_works", "R3135-2"), ("unforeseen", "R3135-5")):
        over = await work.amend(ground, 4_500_001, 9_900_001, 3_600_000)
        detail = refused(over, 409, "beyond_half")["detail"]
        assert article in detail
        assert "R3135-3" in detail


async def test_r2142_20_the_new_parts_are_exact(world: World) -> None:
    work = await signed(world)
    wrong = await work.amend("low_amount", 500_000, 5_900_000, 3_599_999)
    assert "R2142-20" in refused(wrong, 422, "parts_not_exact")["detail"]
    refused(await work.amend("low_amount", 500_000), 422, "parts_not_exact")
    ok(await work.amend("substitution", 0, 9_000_000, 0))
    assert await work.held() == [9_000_000, 0]


async def test_domain_5_8_an_amendment_moves_what_is_forecast(world: World) -> None:
    work = await signed(world)
    ok(await work.amend("not_substantial", 0, 4_500_000, 4_500_000))
    seen = await work.bid.contribution()
    assert [one["forecast"]["amount_cents"] for one in seen["parties"]] == [675_000, 675_000]
    assert seen["forecast"]["amount_cents"] == 1_350_000
    ok(await work.amend("low_amount", 100_000, 4_600_000, 4_500_000))
    assert (await work.bid.contribution())["forecast"]["amount_cents"] == 1_365_000


async def test_an_amendment_names_the_version_that_was_read(world: World) -> None:
    work = await signed(world)
    body = {
        "ground": "not_substantial",
        "reason": "Nouvelle répartition.",
        "signed_on": "2026-03-02",
        "change_cents": 0,
        "parts": work.parts(4_500_000, 4_500_000),
    }
    path = f"{work.path}/amendments"
    refused(await work.lead.post(path, body), 428, "version_required")
    stale = await work.lead.post(path, body, If_Match='"1"')
    refused(stale, 412, "stale_version")
    seen = await work.lead.get(work.path)
    ok(await work.lead.post(path, body, If_Match=seen.headers["ETag"]))


async def test_an_amendment_is_taken_back_by_its_opposite(world: World) -> None:
    work = await signed(world)
    first = ok(await work.amend("low_amount", 800_000, 6_200_000, 3_600_000))
    path = f"{work.path}/amendments/{first['id']}/reversals"
    gone = ok(await work.lead.post(path, {"reason": "Annulé."}))
    assert gone["amended"]["low_amount_bps"] == 0
    assert await work.held() == [5_400_000, 3_600_000]
    refused(await work.lead.post(path, {"reason": "Annulé."}), 409, "already_reversed")
    ok(await work.amend("low_amount", 800_000, 6_200_000, 3_600_000))
    listed = ok(await world.beta.get(f"{work.path}/amendments"), 200)["items"]
    changes = [one["change"]["amount_cents"] for one in listed]
    assert changes == [800_000, -800_000, 800_000]


async def test_no_part_falls_below_nothing(world: World) -> None:
    work = await signed(world)
    first = ok(await work.amend("review_clause", 1_000_000, 6_400_000, 3_600_000))
    ok(await work.amend("review_clause", 0, 0, 10_000_000))
    path = f"{work.path}/amendments/{first['id']}/reversals"
    refused(await work.lead.post(path, {"reason": "Annulé."}), 409, "below_nothing")


async def test_l2125_1_that_of_a_framework_moves_its_maximum(world: World) -> None:
    work = await framework(world)
    ok(await work.order("BC1", 30_000 * EURO, 20_000 * EURO))
    ok(await work.amend("low_amount", 1_000 * EURO))
    ok(await work.order("BC2", 1_000 * EURO, 0))
    refused(await work.amend("review_clause", -1), 409, "below_nothing")
    assert await work.held() == [31_000 * EURO, 20_000 * EURO]
    ok(await work.amend("substitution", 0, 51_000 * EURO, 0))
    assert await work.held() == [51_000 * EURO, 0]


async def test_only_who_holds_the_contract_gets_a_part(world: World) -> None:
    work = await signed(world)
    outside = {"outside": {"name": "Régie du Forez"}, "role": "subcontractor"}
    terms = {"works_for": work.party(world.alpha), "payment_terms": "30 jours"}
    asked = await work.lead.post(
        f"{work.bid.path}/parties", {**outside, "tasks": "Son", "subcontract": terms}
    )
    stranger = asked.json().get("id", "par_" + "0" * 32)
    parts = [*work.parts(5_400_000, 3_600_000), {"party_id": stranger, "amount_cents": 0}]
    refused(await work.amend("substitution", 0, parts=parts), 422, "not_in_contract")


async def test_a_party_amends_nothing(world: World) -> None:
    work = await signed(world)
    answer = await work.amend_by(world.beta, "low_amount", 100, 5_400_100, 3_600_000)
    refused(answer, 403, "not_lead")


async def test_r2142_20_a_part_stays_above_what_its_party_was_approved_to_bill(
    world: World,
) -> None:
    work = await signed(world)
    ok(await bill(work, world.beta, "F0", 500_000))
    await approved(work, world.beta, "F1", 1_200_000)
    address = await approved(work, world.beta, "F2", 300_000)
    fine = {"kind": "penalty", "vat_bps": 0, "note": "Dix jours de retard."}
    ok(await bill(work, world.beta, "P1", -30_000, by=world.alpha, **fine))
    over = refused(await work.amend("substitution", 0, 7_500_001, 1_499_999), 409, "below_invoiced")
    name = ok(await world.beta.get(f"/v1/members/{world.beta.member}"), 200)["name"]
    assert name in over["detail"]
    assert "15\u202f000,00 €" in over["detail"]
    assert "R2194-1" in over["detail"]
    assert [one["pointer"] for one in over["errors"]] == ["/parts"]
    ok(await work.amend("substitution", 0, 7_500_000, 1_500_000))
    ok(await world.beta.post(f"{address}/reversals", {"reason": "Double."}))
    ok(await work.amend("substitution", 0, 7_800_000, 1_200_000))


async def test_what_was_confirmed_beyond_the_part_bars_no_change_of_others(world: World) -> None:
    work = await signed(world)
    await approved(work, world.beta, "F1", 3_700_000, beyond_part=True)
    ok(await work.amend("low_amount", 50_000, 5_450_000, 3_600_000))
    refused(await work.amend("low_amount", 0, 5_450_001, 3_599_999), 409, "below_invoiced")


async def test_neither_an_amendment_nor_an_order_is_taken_back_from_under_what_was_approved(
    world: World,
) -> None:
    work = await signed(world)
    made = ok(await work.amend("low_amount", 100_000, 5_400_000, 3_700_000))
    await approved(work, world.beta, "F1", 3_650_000)
    path = f"{work.path}/amendments/{made['id']}/reversals"
    refused(await work.lead.post(path, {"reason": "Annulé."}), 409, "below_invoiced")
    other = await framework(world)
    order = ok(await other.order("BC1", 600, 400))
    await approved(other, world.beta, "F1", 300)
    path = f"{other.path}/orders/{order['id']}/reversals"
    refused(await other.lead.post(path), 409, "below_invoiced")


@pytest.mark.parametrize("form", ["conjoint", "solidaire"])
async def test_who_left_is_paid_for_what_it_had_billed_r2194_6(world: World, form: str) -> None:
    work = await signed(world, form=form)
    address = await approved(work, world.beta, "F1", 1_000_000)
    failure = {"kind": "withdrawal", "reason": "Cessation.", "on_day": "2026-03-02"}
    ok(await world.beta.post(f"{work.bid.party(world.beta)}/failures", failure))
    leaving = {
        "ground": "restructuring",
        "reason": "Cession.",
        "accepted_on": "2026-03-02",
        "leaving_id": work.party(world.beta),
        "joining": {"member_id": world.gamma.member},
    }
    ok(await work.lead.post(f"{work.bid.path}/composition-changes", leaving))
    refused(await work.amend("substitution", 0, 9_000_000, 0), 409, "below_invoiced")
    ok(await work.amend("substitution", 0, 8_000_000, 1_000_000))
    refused(await pay(world.beta, address, 1_000_000, "V1"), 404, "not_found")
    if form == "solidaire":
        ok(await arrive(work, "R1", {address: 1_000_000}))
    paid = ok(await pay(work.lead, address, 1_000_000, "V1"))
    charged = (await work.bid.contribution())["charged"]["amount_cents"]
    assert charged == 150_000
    back = f"{work.bid.path}/receipts/{paid['receipt_id']}/reversals"
    ok(await work.lead.post(back))
    assert (await work.bid.contribution())["charged"]["amount_cents"] == 0
