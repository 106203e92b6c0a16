"""Awards, receipts, and what each owes the cluster, over HTTP."""

import asyncio
from typing import Any

from tests.consortia.steps import EURO, Bid, ok, refused, submitted, write_tender
from tests.world import World


async def test_fifteen_percent_to_the_cent(world: World) -> None:
    bid = await submitted(world)
    awarded = ok(await bid.award(amount=90_000 * EURO))
    assert [part["amount"]["amount_cents"] for part in awarded["parts"]] == [5_400_000, 3_600_000]
    forecast = await bid.contribution()
    assert [line["forecast"]["amount_cents"] for line in forecast["parties"]] == [810_000, 540_000]
    assert forecast["forecast"]["amount_cents"] == 1_350_000
    assert forecast["charged"]["amount_cents"] == 0
    ok(await bid.receive(world.alpha, 5_400_000, "F1"))
    ok(await bid.receive(world.beta, 3_600_000, "F2"))
    charged = await bid.contribution(world.beta)
    assert {name: charged[name]["amount_cents"] for name in ("due", "charged", "paid")} == {
        "due": 1_350_000,
        "charged": 1_350_000,
        "paid": 0,
    }


async def test_of_fifty_awards_on_one_lot_one_wins(world: World) -> None:
    tender = await write_tender(world, lots=1)
    first = await submitted(world, tender)
    second = await Bid.form(tender, world.gamma, world.delta)
    ok(await second.write(second.shares(5_000, 5_000)), 200)
    await second.agree()
    ok(await second.submit())
    answers = await asyncio.gather(*(bid.award() for _ in range(25) for bid in (first, second)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert {one["code"] for one in refusals} == {"already_awarded"}
    shown = [ok(await bid.lead.get(bid.path), 200)["awards"] for bid in (first, second)]
    assert sorted(len(awards) for awards in shown) == [0, 1]
    forecast = [(await bid.contribution())["forecast"]["amount_cents"] for bid in (first, second)]
    assert sorted(forecast) == [0, 1_350_000]


async def test_nothing_is_awarded_before_the_bid_is_out(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    await bid.agree()
    refused(await bid.award(), 409, "not_submitted")


async def test_a_lost_lot_has_no_amount_and_no_receipt(world: World) -> None:
    bid = await submitted(world)
    refused(await bid.award(outcome="lost"), 422, "invalid")
    ok(await bid.award(outcome="lost", amount=None))
    refused(await bid.receive(world.alpha, 100, "F1"), 409, "not_awarded")
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "submitted"
    ok(await bid.award(1, outcome="lost", amount=None))
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "lost"


async def test_the_coordinator_sees_amounts_once_won_and_never_when_lost(world: World) -> None:
    tender = await write_tender(world)
    won, lost = await submitted(world, tender), None
    ok(await won.award())
    assert len(ok(await world.coordinator.get(f"{won.path}/split"), 200)["lots"]) == 1
    seen = ok(await world.treasurer.get(f"{won.path}/contribution"), 200)
    assert seen["forecast"]["amount_cents"] == 1_350_000
    lost = await Bid.form(tender, world.gamma, world.delta)
    ok(await lost.write(lost.shares(5_000, 5_000)), 200)
    await lost.agree()
    ok(await lost.submit())
    for lot in (0, 1):
        ok(await lost.award(lot, outcome="lost", amount=None))
    refused(await world.coordinator.get(f"{lost.path}/split"), 404, "not_found")
    refused(await world.alpha.get(f"{lost.path}/split"), 404, "not_found")


async def test_a_framework_is_won_without_amount_and_charged_on_receipts(world: World) -> None:
    bid = await Bid.form(await write_tender(world, lots=1), world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000, amount=None)), 200)
    await bid.agree()
    ok(await bid.submit())
    assert ok(await bid.award(amount=None))["parts"] == []
    ok(await bid.receive(world.alpha, 10_000, "F1"))
    total = await bid.contribution()
    assert (total["forecast"]["amount_cents"], total["charged"]["amount_cents"]) == (0, 1_500)


async def test_the_same_receipt_declared_twice_is_one(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    ok(await bid.receive(world.beta, 10_000, "F1"))
    again = await bid.receive(world.beta, 10_000, "F1", by=world.alpha)
    refused(again, 409, "receipt_exists")
    assert (await bid.contribution())["charged"]["amount_cents"] == 1_500


async def test_a_party_records_its_own_receipts_and_the_lead_everyones(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    refused(await bid.receive(world.alpha, 100, "F1", by=world.beta), 403, "not_your_part")
    refused(await bid.receive(world.alpha, 100, "F1", by=world.gamma), 404, "not_found")
    ok(await bid.receive(world.beta, 100, "F2", by=world.alpha))


async def test_a_retry_of_a_receipt_charges_once(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    body = {
        "lot_id": bid.lots[0],
        "party_id": bid.parties[world.alpha.member],
        "amount": {"amount_cents": 20_000},
        "received_on": "2026-03-01",
        "reference": "F9",
    }
    sent = [await world.alpha.post(f"{bid.path}/receipts", body, key="same") for _ in range(3)]
    assert len({ok(answer)["id"] for answer in sent}) == 1
    assert (await bid.contribution())["charged"]["amount_cents"] == 3_000


async def test_tomorrows_receipt_is_refused(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    body = {
        "lot_id": bid.lots[0],
        "party_id": bid.parties[world.alpha.member],
        "amount": {"amount_cents": 20_000},
        "received_on": "2026-03-12",
        "reference": "F9",
    }
    refused(await world.alpha.post(f"{bid.path}/receipts", body), 422, "invalid")


async def test_fifty_splits_under_one_version_give_one(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    version = await bid.version()
    answers = await asyncio.gather(
        *(
            person.put(f"{bid.path}/split", bid.shares(6_000, 4_000), version)
            for person in (world.alpha, world.beta)
            for _ in range(25)
        )
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] + [412] * 49


async def test_winning_one_lot_opens_that_lot_alone(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    for _ in range(2):
        seen = ok(await world.coordinator.get(f"{bid.path}/split"), 200)
        assert [lot["lot_id"] for lot in seen["lots"]] == [bid.lots[0]]
        if len(ok(await world.alpha.get(bid.path), 200)["awards"]) == 1:
            ok(await bid.award(1, amount=None, outcome="lost"))
    assert len(ok(await world.alpha.get(f"{bid.path}/split"), 200)["lots"]) == 2


async def test_a_receipt_is_of_a_part_after_the_award_and_not_beyond_by_a_slip(
    world: World,
) -> None:
    tender = await write_tender(world, lots=2)
    bid = await Bid.form(tender, world.alpha, world.beta)
    first, second = bid.parties.values()
    lots = [
        {
            "lot_id": lot,
            "amount": {"amount_cents": 100_000},
            "lines": [{"party_id": party, "bps": 10_000}],
        }
        for lot, party in zip(bid.lots, (first, second), strict=True)
    ]
    ok(await bid.write({"lots": lots}), 200)
    await bid.agree()
    ok(await bid.submit())
    ok(await bid.award(amount=100_000))
    refused(await bid.receive(world.beta, 100, "F1"), 409, "no_part")
    refused(await bid.receive(world.alpha, 100_001, "F1"), 409, "beyond_part")
    ok(await bid.receive(world.alpha, 100_000, "F1"))
    refused(await bid.receive(world.alpha, 1, "F2"), 409, "beyond_part")
    body = {
        "lot_id": bid.lots[0],
        "party_id": first,
        "amount": {"amount_cents": 2_000},
        "received_on": "2026-03-02",
        "reference": "Révision",
        "beyond_part": True,
    }
    ok(await world.alpha.post(f"{bid.path}/receipts", body))
    early = {**body, "received_on": "2026-02-27", "reference": "Avance"}
    refused(await world.alpha.post(f"{bid.path}/receipts", early), 422, "invalid")


async def test_an_outcome_does_not_precede_its_bid(world: World) -> None:
    bid = await submitted(world)
    refused(await bid.award(notified_on="2026-02-28"), 422, "invalid")
    refused(await bid.award(notified_on="1900-01-01"), 422, "invalid")


async def test_a_reversed_receipt_takes_its_charge_back_once(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    receipt = ok(await bid.receive(world.beta, 10_001, "F1"))
    address = f"{bid.path}/receipts/{receipt['id']}/reversals"
    refused(await world.gamma.post(address), 404, "not_found")
    answers = await asyncio.gather(*(world.beta.post(address) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    back = next(answer.json() for answer in answers if answer.status_code == 201)
    assert (back["amount"]["amount_cents"], back["reverses"]) == (-10_001, receipt["id"])
    reversal = f"{bid.path}/receipts/{back['id']}/reversals"
    refused(await world.beta.post(reversal), 409, "already_reversed")
    owed = await bid.contribution()
    assert (owed["due"]["amount_cents"], owed["charged"]["amount_cents"]) == (0, 0)
    ok(await bid.receive(world.beta, 10_001, "F1 bis"))


async def test_one_invoice_number_may_serve_two_lots_but_not_one_twice(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award(0))
    ok(await bid.award(1))
    ok(await bid.receive(world.alpha, 100, "F1", lot=0))
    ok(await bid.receive(world.alpha, 100, "F1", lot=1))
    refused(await bid.receive(world.alpha, 100, "f1", lot=0), 409, "receipt_exists")


async def test_a_loss_is_kept_with_its_winner_scores_and_reason(world: World) -> None:
    bid = await submitted(world)
    told: dict[str, Any] = {
        "winner": "Grand Producteur SA",
        "score_hundredths": 7_450,
        "winner_score_hundredths": 8_125,
        "reason": "Note technique : moyens humains.",
    }
    shown = ok(await bid.award(outcome="lost", amount=None, **told))
    assert told.items() <= shown.items()
    refused(await bid.award(1, winner="Un autre"), 422, "invalid")
    listed = ok(await world.beta.get(bid.path), 200)["awards"]
    assert told.items() <= listed[0].items()


async def test_nothing_awarded_on_any_lot_is_no_award_and_no_loss(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award(outcome="no_award", amount=None))
    ok(await bid.award(1, outcome="no_award", amount=None))
    assert ok(await world.alpha.get(bid.path), 200)["state"] == "no_award"
    other = await submitted(world)
    ok(await other.award(outcome="no_award", amount=None))
    ok(await other.award(1, outcome="lost", amount=None))
    assert ok(await world.alpha.get(other.path), 200)["state"] == "lost"


async def test_an_outcome_is_taken_back_and_with_it_what_it_forecast(world: World) -> None:
    bid = await submitted(world)
    wrong = ok(await bid.award())
    address = f"{bid.path}/awards/{wrong['id']}/reversals"
    refused(await world.beta.post(address, {"reason": "Erreur"}), 403, "not_lead")
    taken = ok(await world.alpha.post(address, {"reason": "Saisi sur le mauvais lot."}))
    assert taken["reversal_reason"] == "Saisi sur le mauvais lot."
    refused(await world.alpha.post(address, {"reason": "Encore"}), 409, "already_taken_back")
    shown = ok(await world.alpha.get(bid.path), 200)
    assert (shown["state"], shown["awards"]) == ("submitted", [])
    assert (await bid.contribution())["forecast"]["amount_cents"] == 0
    assert ok(await world.coordinator.get(bid.path), 200)["awards"] == []
    assert (await world.coordinator.get(f"{bid.path}/split")).status_code == 404
    ok(await bid.award(amount=80_000 * EURO))
    assert (await bid.contribution())["forecast"]["amount_cents"] == 1_200_000


async def test_of_two_lots_won_what_is_taken_back_is_shut_again(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    wrong = ok(await bid.award(1))
    assert len(ok(await world.coordinator.get(f"{bid.path}/split"), 200)["lots"]) == 2
    ok(await world.alpha.post(f"{bid.path}/awards/{wrong['id']}/reversals", {"reason": "Non."}))
    (lot,) = ok(await world.coordinator.get(f"{bid.path}/split"), 200)["lots"]
    assert lot["lot_id"] == bid.lots[0]


async def test_an_outcome_on_which_money_came_in_is_not_taken_back(world: World) -> None:
    bid = await submitted(world)
    award = ok(await bid.award())
    receipt = ok(await bid.receive(world.alpha, 100, "F1"))
    address = f"{bid.path}/awards/{award['id']}/reversals"
    refused(await world.alpha.post(address, {"reason": "Erreur"}), 409, "money_came_in")
    ok(await world.alpha.post(f"{bid.path}/receipts/{receipt['id']}/reversals"))
    ok(await world.alpha.post(address, {"reason": "Erreur"}))


async def test_a_joint_answer_is_given_up_with_its_consequences(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award())
    address = f"{bid.path}/withdrawals"
    refused(await world.beta.post(address, {"reason": "Non"}), 403, "not_lead")
    ok(await world.alpha.post(address, {"reason": "Un marché plus grand occupe nos équipes."}))
    assert ok(await world.beta.get(bid.path), 200)["state"] == "withdrawn"
    assert (await bid.contribution())["forecast"]["amount_cents"] == 0
    refused(await world.alpha.post(address, {"reason": "Encore"}), 409, "nothing_to_withdraw")
    refused(await bid.award(1), 409, "not_submitted")


async def test_who_was_invited_into_what_is_given_up_is_invited_no_more(world: World) -> None:
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    invited = await bid.invite(world.gamma)
    ok(await world.alpha.post(f"{bid.path}/withdrawals", {"reason": "Hors délai."}))
    refused(await world.gamma.post(f"{invited}/acceptances"), 404, "not_found")
    again = await Bid.form(
        {"id": bid.body["tender_id"], "lots": []}, world.beta, world.gamma, lots=bid.lots
    )
    assert again.body["state"] == "forming"
