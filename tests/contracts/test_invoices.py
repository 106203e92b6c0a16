"""Invoices of each party, their payment, and the joint account over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from tests.consortia.steps import ok, refused
from tests.contracts.steps import Work, approved, arrive, bill, pay, signed
from tests.world import NOW, Person, World

SOLIDAIRE = {"form": "solidaire"}


async def account(work: Work, person: Person | None = None) -> Any:
    """The joint account as it stands."""
    return ok(await (person or work.lead).get(f"{work.path}/account"), 200)


async def progress(work: Work, person: Person) -> dict[str, int]:
    """A company's figures."""
    items = ok(await work.lead.get(f"{work.path}/progress"), 200)["items"]
    (found,) = [one for one in items if one["party_id"] == work.party(person)]
    return {name: found[name]["amount_cents"] for name in found if name != "party_id"}


async def test_an_invoice_is_approved_then_paid_and_charged(world: World) -> None:
    work = await signed(world)
    made = ok(await bill(work, world.beta, "F1", 1_000_000))
    assert (made["state"], made["tax"]["amount_cents"]) == ("submitted", 200_000)
    address = f"{work.path}/invoices/{made['id']}"
    refused(await pay(world.beta, address, 1_000_000, "V1"), 409, "not_approved")
    refused(await world.beta.post(f"{address}/decisions", {"approved": True}), 403, "not_lead")
    ok(await world.alpha.post(f"{address}/decisions", {"approved": True}))
    paid = ok(await pay(world.beta, address, 400_000, "V1"))
    assert (paid["left"]["amount_cents"], paid["tax"]["amount_cents"]) == (600_000, 80_000)
    ok(await pay(world.alpha, address, 600_000, "V2"))
    assert (await work.bid.contribution())["charged"]["amount_cents"] == 150_000
    (shown,) = ok(await world.alpha.get(f"{work.path}/invoices"), 200)["items"]
    assert (shown["state"], shown["paid"]["amount_cents"]) == ("approved", 1_000_000)
    figures = await progress(work, world.beta)
    assert figures == {
        "part": 3_600_000,
        "invoiced": 1_000_000,
        "revised": 0,
        "penalties": 0,
        "approved": 1_000_000,
        "paid": 1_000_000,
    }


async def test_a_refusal_says_why_and_a_new_invoice_answers_it(world: World) -> None:
    work = await signed(world)
    made = ok(await bill(work, world.beta, "F1", 1_000_000))
    address = f"{work.path}/invoices/{made['id']}/decisions"
    refused(await work.lead.post(address, {"approved": False}), 422, "invalid")
    told = ok(await work.lead.post(address, {"approved": False, "reason": "Mois déjà facturé."}))
    assert (told["state"], told["decision_reason"]) == ("refused", "Mois déjà facturé.")
    refused(await work.lead.post(address, {"approved": True}), 409, "invoice_decided")
    refused(await bill(work, world.beta, "f1", 900_000), 409, "invoice_exists")
    ok(await bill(work, world.beta, "F2", 3_600_000))


async def test_a_number_is_a_partys_own(world: World) -> None:
    work = await signed(world)
    ok(await bill(work, world.beta, "F1", 100))
    ok(await bill(work, world.alpha, "F1", 100))
    refused(await bill(work, world.alpha, "F2", 100, by=world.beta), 403, "not_your_part")
    ok(await bill(work, world.beta, "F2", 100, by=world.alpha))


async def test_r2194_what_is_billed_stays_within_the_part_unless_confirmed(world: World) -> None:
    work = await signed(world)
    ok(await bill(work, world.beta, "F1", 3_000_000))
    over = refused(await bill(work, world.beta, "F2", 600_001), 409, "invoiced_beyond_part")
    assert "R2194-1" in over["detail"]
    ok(await bill(work, world.beta, "F2", 600_001, beyond_part=True))
    await work.amend("low_amount", 500_000, 5_400_000, 4_100_000)
    ok(await bill(work, world.beta, "F3", 499_999))


async def test_r2112_13_a_revision_is_beside_the_part_and_names_its_index(world: World) -> None:
    work = await signed(world)
    ok(await bill(work, world.beta, "F1", 3_600_000))
    revised = {"kind": "revision"}
    refused(await bill(work, world.beta, "R1", 50_000, **revised), 422, "invoice_unclear")
    note = {"note": "Syntec 305,4 / 300,0"}
    ok(await bill(work, world.beta, "R1", 50_000, **revised, **note))
    ok(await bill(work, world.beta, "R2", -10_000, **revised, **note))
    figures = await progress(work, world.beta)
    assert (figures["invoiced"], figures["revised"]) == (3_600_000, 40_000)


async def test_r2191_11_an_advance_is_recovered(world: World) -> None:
    work = await signed(world)
    ok(await bill(work, world.beta, "A1", 360_000, kind="advance"))
    refused(
        await bill(work, world.beta, "A2", 360_000, kind="advance_recovery"), 422, "invoice_unclear"
    )
    ok(await bill(work, world.beta, "A2", -360_000, kind="advance_recovery"))
    ok(await bill(work, world.beta, "F1", 3_600_000))


async def test_a_penalty_is_assigned_by_the_lead_and_held_back(world: World) -> None:
    work = await signed(world)
    address = await approved(work, world.beta, "F1", 1_000_000)
    fine = {"kind": "penalty", "vat_bps": 0, "note": "Dix jours de retard."}
    refused(await bill(work, world.beta, "P1", -30_000, **fine), 403, "penalty_is_leads")
    refused(
        await bill(work, world.beta, "P1", 30_000, by=world.alpha, **fine), 422, "invoice_unclear"
    )
    made = ok(await bill(work, world.beta, "P1", -30_000, by=world.alpha, **fine))
    assert made["state"] == "approved"
    over = refused(await pay(world.beta, address, 1_000_000, "V1"), 409, "beyond_approved")
    assert "9\u202f700,00 €" in over["detail"]
    ok(await pay(world.beta, address, 970_000, "V1"))
    figures = await progress(work, world.beta)
    assert (figures["penalties"], figures["approved"]) == (-30_000, 970_000)
    assert (await work.bid.contribution())["charged"]["amount_cents"] == 145_500


async def test_never_more_is_paid_than_approved_unless_confirmed(world: World) -> None:
    work = await signed(world)
    address = await approved(work, world.beta, "F1", 1_000)
    answers = await asyncio.gather(
        *(pay(world.beta, address, 400, f"V{number}") for number in range(6))
    )
    assert sorted(one.status_code for one in answers) == [201, 201, 409, 409, 409, 409]
    ok(await pay(world.beta, address, 400, "V9", beyond_approved=True))
    refused(await pay(world.beta, address, 1, "v9", beyond_approved=True), 409, "receipt_exists")


async def test_a_payment_is_taken_back_as_the_receipt_that_it_is(world: World) -> None:
    work = await signed(world)
    address = await approved(work, world.beta, "F1", 1_000)
    paid = ok(await pay(world.beta, address, 1_000, "V1"))
    reason = {"reason": "Erreur de compte."}
    refused(await world.beta.post(f"{address}/reversals", reason), 409, "invoice_paid")
    ok(await world.beta.post(f"{work.bid.path}/receipts/{paid['receipt_id']}/reversals"))
    ok(await world.beta.post(f"{address}/reversals", reason))
    refused(await world.beta.post(f"{address}/reversals", reason), 409, "already_reversed")
    refused(await pay(world.beta, address, 1_000, "V2"), 409, "not_approved")
    states = [
        one["state"] for one in ok(await work.lead.get(f"{work.path}/invoices"), 200)["items"]
    ]
    assert states == ["reversal", "reversed"]
    assert (await progress(work, world.beta))["invoiced"] == 0


async def test_who_came_in_by_an_amendment_is_paid_on_its_part(world: World) -> None:
    work = await signed(world)
    ok(await work.amend("substitution", 0, 9_000_000, 0))
    ok(await work.amend("substitution", 0, 0, 9_000_000))
    address = await approved(work, world.beta, "F1", 9_000_000)
    ok(await pay(world.beta, address, 9_000_000, "V1"))
    assert (await work.bid.contribution())["charged"]["amount_cents"] == 1_350_000


async def test_domain_5_9_the_lead_owns_only_its_part_of_the_joint_account(world: World) -> None:
    work = await signed(world, **SOLIDAIRE)
    one = await approved(work, world.alpha, "F1", 600_000)
    two = await approved(work, world.beta, "F1", 400_001)
    refused(await pay(world.alpha, two, 100, "V0"), 409, "account_short")
    ok(await arrive(work, "AC1", {one: 600_000, two: 400_001}))
    shown = await account(work, world.beta)
    assert shown["balance"]["total"]["amount_cents"] == 1_200_001
    owed = {line["party_id"]: line["total"]["amount_cents"] for line in shown["owed"]}
    assert owed == {work.party(world.alpha): 720_000, work.party(world.beta): 480_001}
    # What stands on the account charges nobody: it falls due as each is paid.
    assert (await work.bid.contribution())["charged"]["amount_cents"] == 0
    refused(await pay(world.beta, two, 400_001, "V1"), 403, "not_lead")
    ok(await pay(world.alpha, two, 100_000, "V1"))
    ok(await pay(world.alpha, two, 300_001, "V2"))
    refused(await pay(world.alpha, two, 1, "V3", beyond_approved=True), 409, "account_short")
    assert (await work.bid.contribution())["charged"]["amount_cents"] == 60_000
    ok(await pay(world.alpha, one, 600_000, "V1"))
    shown = await account(work)
    assert (shown["balance"]["total"]["amount_cents"], shown["owed"]) == (0, [])
    assert (await work.bid.contribution())["charged"]["amount_cents"] == 150_000


async def test_the_account_takes_what_was_approved_once(world: World) -> None:
    work = await signed(world, **SOLIDAIRE)
    one = await approved(work, world.alpha, "F1", 1_000)
    ok(await arrive(work, "AC1", {one: 600}))
    refused(await arrive(work, "ac1", {one: 400}), 409, "account_receipt_exists")
    refused(await arrive(work, "AC2", {one: 401}), 409, "beyond_approved")
    ok(await pay(world.alpha, one, 600, "V1"))
    refused(await arrive(work, "AC2", {one: 401}), 409, "beyond_approved")
    ok(await arrive(work, "AC2", {one: 401}, beyond_approved=True))


async def test_the_account_takes_of_a_party_what_was_approved_less_its_penalties(
    world: World,
) -> None:
    work = await signed(world, **SOLIDAIRE)
    one, two = [await approved(work, world.beta, f"F{n}", 1_000) for n in range(2)]
    fine = {"kind": "penalty", "vat_bps": 0, "note": "Retard."}
    ok(await bill(work, world.beta, "P1", -500, by=world.alpha, **fine))
    over = refused(await arrive(work, "AC1", {one: 1_000, two: 501}), 409, "beyond_approved")
    assert "5,00 €" in over["detail"]
    ok(await arrive(work, "AC1", {one: 1_000}))
    refused(await arrive(work, "AC2", {two: 501}), 409, "beyond_approved")
    ok(await arrive(work, "AC2", {two: 500}))


async def test_a_receipt_on_the_account_is_taken_back_while_it_stands(world: World) -> None:
    work = await signed(world, **SOLIDAIRE)
    one = await approved(work, world.alpha, "F1", 1_000)
    made = ok(await arrive(work, "AC1", {one: 1_000}))
    back = f"{work.path}/account/receipts/{made['id']}/reversals"
    paid = ok(await pay(world.alpha, one, 1_000, "V1"))
    refused(await work.lead.post(back), 409, "account_short")
    ok(await work.lead.post(f"{work.bid.path}/receipts/{paid['receipt_id']}/reversals"))
    assert (await account(work))["balance"]["total"]["amount_cents"] == 1_200
    ok(await work.lead.post(back))
    refused(await work.lead.post(back), 409, "already_reversed")
    assert (await account(work))["balance"]["total"]["amount_cents"] == 0


async def test_domain_3_the_account_warns_when_it_is_not_empty_in_time(world: World) -> None:
    late = await signed(world, **SOLIDAIRE, account_days=1)
    one = await approved(late, world.alpha, "F1", 1_000)
    ok(await arrive(late, "AC1", {one: 1_000}, received_on="2026-03-01"))
    shown = await account(late)
    assert (shown["standing_since"], shown["empty_by"]) == ("2026-03-01", "2026-03-02")
    assert (shown["overdue"], shown["warnings"]) == (False, [])
    before = text("UPDATE account_receipt SET received_on = :day WHERE cluster_id = :cluster")
    async with world.owner.transaction() as session:
        day = NOW.date() - timedelta(days=2)
        await session.execute(before, {"day": day, "cluster": world.cluster_id})
    shown = await account(late, world.beta)
    assert shown["overdue"]
    assert "depuis plus de 1 jour" in shown["warnings"][0]
    assert "société de fait" in shown["warnings"][0]
    ok(await pay(world.alpha, one, 1_000, "V1"))
    assert (await account(late))["warnings"] == []


async def test_a_contract_ends_when_nothing_hangs_and_all_that_does_is_told(world: World) -> None:
    work = await signed(world, **SOLIDAIRE)
    one = await approved(work, world.alpha, "F1", 1_000)
    ok(await arrive(work, "AC1", {one: 1_000}))
    made = ok(await bill(work, world.beta, "F1", 1_000))
    hanging = refused(await work.close(), 409, "not_settled")
    codes = {fault["code"] for fault in hanging["errors"]}
    assert codes == {"account_not_empty", "invoices_undecided"}
    ok(await pay(world.alpha, one, 1_000, "V1"))
    path = f"{work.path}/invoices/{made['id']}/decisions"
    ok(await work.lead.post(path, {"approved": False, "reason": "Hors marché."}))
    ok(await work.close())


async def test_r2142_20_a_conjoint_group_has_no_joint_account(world: World) -> None:
    work = await signed(world)
    one = await approved(work, world.alpha, "F1", 1_000)
    refused(await arrive(work, "AC1", {one: 1_000}), 409, "no_joint_account")


async def test_a_rival_learns_nothing_of_invoices_and_accounts(world: World) -> None:
    work = await signed(world)
    address = await approved(work, world.beta, "F1", 1_000)
    for path in ("invoices", "progress", "account"):
        refused(await world.gamma.get(f"{work.path}/{path}"), 404, "not_found")
        ok(await world.treasurer.get(f"{work.path}/{path}"), 200)
    refused(await pay(world.gamma, address, 1, "V1"), 404, "not_found")
    refused(await bill(work, world.beta, "F2", 1, by=world.gamma), 404, "not_found")
