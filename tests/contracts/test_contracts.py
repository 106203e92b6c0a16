"""Contracts of won lots over HTTP: signature, orders, end. Each rule bears its article."""

import asyncio

from tests.consortia.steps import EURO, Bid, lacking, ok, refused, write_tender
from tests.consortia.test_caps import say
from tests.contracts.steps import Work, contract_body, framework, sign_contract, signed, won
from tests.world import World


async def test_once_signed_the_euros_of_the_award_are_each_partys_part(world: World) -> None:
    work = await signed(world)
    assert await work.held() == [5_400_000, 3_600_000]
    assert work.body["amount"]["amount_cents"] == 9_000_000
    assert [one["amount"]["amount_cents"] for one in work.body["parts"]] == [5_400_000, 3_600_000]
    shown = await work.now(world.beta)
    assert shown["total"]["amount_cents"] == 9_000_000
    assert (shown["payment"], shown["closure"]) == ("separate", None)


async def test_signed_then_running_then_closed(world: World) -> None:
    bid, award = await won(world)
    work = Work(bid, ok(await sign_contract(bid, award, starts_on="2026-06-01")))
    assert ok(await work.lead.get(bid.path), 200)["state"] == "signed"
    ok(await work.close(ground="agreed", reason="D'un commun accord."))
    assert ok(await work.lead.get(bid.path), 200)["state"] == "closed"
    running = await signed(world)
    assert ok(await work.lead.get(running.bid.path), 200)["state"] == "running"


async def test_the_joint_answer_is_signed_with_its_last_contract_and_closed_with_it(
    world: World,
) -> None:
    bid, first = await won(world, lots=2)
    one = Work(bid, ok(await sign_contract(bid, first)))
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "won"
    second = ok(await bid.award(1))
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "won"
    other = Work(bid, ok(await sign_contract(bid, second)))
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "running"
    ok(await one.close())
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "running"
    ok(await other.close())
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "closed"


async def test_what_is_signed_is_not_taken_back_nor_given_up(world: World) -> None:
    bid, award = await won(world, lots=2)
    ok(await sign_contract(bid, award))
    reason = {"reason": "Erreur."}
    again = await world.alpha.post(f"{bid.path}/awards/{award['id']}/reversals", reason)
    refused(again, 409, "already_signed")
    refused(await world.alpha.post(f"{bid.path}/withdrawals", reason), 409, "already_signed")


async def test_l2113_10_one_contract_per_lot_however_many_sign_at_once(world: World) -> None:
    bid, award = await won(world)
    answers = await asyncio.gather(*(sign_contract(bid, award) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [201] + [409] * 5
    assert "L2113-10" in refused(await sign_contract(bid, award), 409, "contract_exists")["title"]


async def test_nothing_is_signed_but_what_was_won(world: World) -> None:
    bid, award = await won(world, lots=2)
    lost = ok(await bid.award(1, amount=None, outcome="lost"))
    refused(await sign_contract(bid, lost), 409, "not_awarded")
    refused(await sign_contract(bid, award, signed_on="2026-02-28"), 422, "invalid")
    refused(await sign_contract(bid, award, signed_on="2026-03-09"), 422, "invalid")


async def test_r2142_22_another_form_after_the_award_needs_its_justification(world: World) -> None:
    bid, award = await won(world)
    assert (
        "R2142-22"
        in refused(await sign_contract(bid, award, form="solidaire"), 422, "form_unjustified")[
            "title"
        ]
    )
    body = ok(
        await sign_contract(bid, award, form="solidaire", form_reason="Article 4 du règlement.")
    )
    assert (body["form"], body["payment"]) == ("solidaire", "joint_account")


async def undertaking(world: World, imposed: str | None, undertaken: str | None) -> Bid:
    """A conjoint group before its proposal, the form that it takes if it wins, the buyer's word."""
    tender = await write_tender(world, lots=1)
    bid = await Bid.form(tender, world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    if undertaken:
        form = {"form": "conjoint", "form_at_award": undertaken}
        ok(await world.alpha.put(f"{bid.path}/form", form, await bid.version()), 200)
    if imposed:
        rules = {"form_at_award": imposed, "form_reason": "Article 6 du règlement."}
        await say(world, tender, **rules)
    return bid


async def test_r2142_22_the_agreement_foresees_the_form_that_the_documents_impose(
    world: World,
) -> None:
    bid = await undertaking(world, "solidaire", None)
    told = lacking(await world.alpha.post(f"{bid.path}/agreements"), "form_at_award")["detail"]
    assert "R2142-22" in told
    assert "« groupement solidaire »" in told
    form = {"form": "conjoint", "form_at_award": "solidaire"}
    ok(await world.alpha.put(f"{bid.path}/form", form, await bid.version()), 200)
    await bid.agree()
    ok(await bid.submit())
    award = ok(await bid.award())
    for other in ("conjoint", "conjoint_liable_lead"):
        answer = await sign_contract(bid, award, form=other, form_reason="Ainsi.")
        told = refused(answer, 422, "form_not_taken")["detail"]
        assert "R2142-22" in told
        assert "« groupement solidaire »" in told
    assert ok(await sign_contract(bid, award, form="solidaire"))["form_reason"] == (
        "Article 6 du règlement."
    )


async def test_r2142_24_a_group_signs_in_the_form_that_it_undertook_to_take(world: World) -> None:
    bid = await undertaking(world, None, "conjoint_liable_lead")
    await bid.agree()
    ok(await bid.submit())
    award = ok(await bid.award())
    told = refused(await sign_contract(bid, award), 422, "form_not_taken")["detail"]
    assert "R2142-24" in told
    assert "« groupement conjoint avec mandataire solidaire »" in told
    ok(await sign_contract(bid, award, form="conjoint_liable_lead"))


async def test_r2142_22_what_the_documents_impose_comes_before_what_the_group_undertook(
    world: World,
) -> None:
    bid = await undertaking(world, None, "solidaire")
    await bid.agree()
    rules = {"form_at_award": "conjoint_liable_lead", "form_reason": "Lu trop tard."}
    await say(world, {"id": bid.body["tender_id"]}, **rules)
    shown = ok(await world.alpha.get(f"{bid.path}/readiness"), 200)
    assert shown["ready"]
    assert [one["code"] for one in shown["missing"]] == ["form_at_award"]
    ok(await bid.submit())
    award = ok(await bid.award())
    refused(await sign_contract(bid, award, form="solidaire"), 422, "form_not_taken")
    ok(await sign_contract(bid, award, form="conjoint_liable_lead"))


async def test_r2142_20_who_is_bound_to_its_part_is_paid_directly(world: World) -> None:
    bid, award = await won(world)
    refused(
        await sign_contract(bid, award, payment="joint_account"), 422, "joint_account_unexpected"
    )


async def test_r2162_4_a_framework_has_a_maximum_and_it_alone(world: World) -> None:
    bid, award = await won(world, amount=None)
    assert "R2162-4" in refused(await sign_contract(bid, award), 422, "maximum_missing")["title"]
    priced, amount = await won(world)
    over = await sign_contract(priced, amount, maximum={"amount_cents": 100})
    refused(over, 422, "maximum_unexpected")


async def test_l2125_1_orders_stay_within_the_maximum_cumulated(world: World) -> None:
    work = await framework(world)
    ok(await work.order("BC1", 20_000 * EURO, 10_000 * EURO))
    over = refused(await work.order("BC2", 20_000 * EURO, 1), 409, "beyond_maximum")
    assert "20\u202f000,00 € encore" in over["detail"]
    ok(await work.order("BC2", 0, 20_000 * EURO))
    assert await work.held() == [20_000 * EURO, 30_000 * EURO]
    refused(await work.order("BC3", 1, 0), 409, "beyond_maximum")


async def test_twenty_orders_at_once_never_pass_the_maximum(world: World) -> None:
    work = await framework(world, 5_000)
    answers = await asyncio.gather(*(work.order(f"BC{n}", 600, 400) for n in range(20)))
    assert sorted(one.status_code for one in answers) == [201] * 5 + [409] * 15
    assert await work.held() == [3_000, 2_000]


async def test_r2162_13_an_order_is_exact_numbered_once_and_under_a_framework(world: World) -> None:
    work = await framework(world)
    wrong = await work.order("BC1", 600, 400, amount={"amount_cents": 1_001})
    assert "R2142-20" in refused(wrong, 422, "parts_not_exact")["detail"]
    ok(await work.order("BC1", 600, 400))
    refused(await work.order("bc1", 600, 400), 409, "order_exists")
    refused(await (await signed(world)).order("BC1", 600, 400), 409, "not_framework")


async def test_an_order_is_taken_back_by_its_opposite_once(world: World) -> None:
    work = await framework(world, 1_000)
    first = ok(await work.order("BC1", 600, 400))
    back = f"{work.path}/orders/{first['id']}/reversals"
    gone = ok(await work.lead.post(back))
    assert (gone["amount"]["amount_cents"], gone["reverses"]) == (-1_000, first["id"])
    refused(await work.lead.post(back), 409, "already_reversed")
    again = f"{work.path}/orders/{gone['id']}/reversals"
    refused(await work.lead.post(again), 409, "already_reversed")
    assert await work.held() == [0, 0]
    # The number stays that of the order that was taken back.
    refused(await work.order("BC1", 1, 0), 409, "order_exists")
    ok(await work.order("BC2", 600, 400))
    listed = ok(await world.beta.get(f"{work.path}/orders"), 200)["items"]
    assert [one["amount"]["amount_cents"] for one in listed] == [1_000, -1_000, 1_000]


async def test_orders_are_forecast_and_receipts_charge(world: World) -> None:
    work = await framework(world)
    ok(await work.order("BC1", 20_000, 10_000))
    seen = await work.bid.contribution()
    assert (seen["forecast"]["amount_cents"], seen["charged"]["amount_cents"]) == (4_500, 0)
    ok(await work.bid.receive(world.beta, 10_000, "F1"))
    assert (await work.bid.contribution())["charged"]["amount_cents"] == 1_500


async def test_what_is_closed_changes_no_more(world: World) -> None:
    work = await framework(world)
    ok(await work.close(ground="fault", reason="Résilié aux torts."))
    refused(await work.close(), 409, "already_closed")
    refused(await work.order("BC1", 600, 400), 409, "contract_closed")
    refused(await work.amend("review_clause", 100), 409, "contract_closed")
    assert (await work.now())["closure"]["ground"] == "fault"


async def test_an_early_end_says_why(world: World) -> None:
    work = await signed(world)
    refused(await work.close(ground="general_interest"), 422, "invalid")


async def test_the_lead_alone_signs_and_rivals_learn_nothing(world: World) -> None:
    bid, award = await won(world)
    body = contract_body(award["id"])
    refused(await world.beta.post(f"{bid.path}/contracts", body), 403, "not_lead")
    refused(await world.contributor.post(f"{bid.path}/contracts", body), 403, "forbidden")
    refused(await world.gamma.post(f"{bid.path}/contracts", body), 404, "not_found")
    work = Work(bid, ok(await sign_contract(bid, award)))
    for person in (world.treasurer, world.coordinator, world.beta, world.viewer):
        assert (await work.now(person))["total"]["amount_cents"] == 9_000_000
    for path in (work.path, f"{bid.path}/contracts", f"{work.path}/amendments"):
        refused(await world.gamma.get(path), 404, "not_found")
