"""The split over HTTP: tranches and items, fees and expenses, versions and what they change."""

import asyncio
from typing import Any

import pytest

from tests.consortia.steps import EURO, Bid, ok, refused, submitted, write_tender
from tests.consortia.test_openings import openings
from tests.world import Person, World


def cents(amount: int) -> Any:
    """An amount as the API takes it."""
    return {"amount_cents": amount}


def shown(amount: int) -> Any:
    """An amount as the API shows it."""
    return {"amount_cents": amount, "currency": "EUR"}


async def pair(world: World, lots: int = 1) -> tuple[Bid, str, str]:
    """A joint answer of alpha and beta, and their parties."""
    bid = await Bid.form(await write_tender(world, lots=lots), world.alpha, world.beta)
    lead, other = bid.parties.values()
    return bid, lead, other


def piece(lead: str, other: str, amount: int, *shares: int, **what: Any) -> Any:
    """A tranche or a work item that both share."""
    lines = [{"party_id": one, "bps": bps} for one, bps in zip((lead, other), shares, strict=True)]
    return {"amount": cents(amount), "lines": lines, **what}


def staged(bid: Bid, lead: str, other: str, optional: int = 10_001) -> Any:
    """A lot in a firm tranche of two work items and an optional tranche, with both terms."""
    items = [
        piece(lead, other, 40_000, 7_500, 2_500, tranche=0, label="Étude"),
        piece(lead, other, 50_001, 5_000, 5_000, tranche=0, label="Pose"),
        piece(lead, other, optional, 2_000, 8_000, tranche=1),
    ]
    items[1]["lines"][1]["tasks"] = "Pose et réglages"
    lot = {"lot_id": bid.lots[0], "items": items, "lead_fee": {"bps": 300}}
    lot["common_expenses"] = {"manager_id": other, "bps": 150}
    return {"lots": [lot]}


async def test_what_was_written_is_what_is_read(world: World) -> None:
    bid, lead, other = await pair(world)
    written = ok(await bid.write(staged(bid, lead, other)), 200)
    assert written == ok(await world.beta.get(f"{bid.path}/split"), 200)
    assert written == ok(await world.beta.get(f"{bid.path}/splits/1"), 200)
    (lot,) = written["lots"]
    assert (lot["amount"], lot["lines"], lot["lead_fee"]) == (shown(100_002), [], {"bps": 300})
    assert [(one["tranche"], one["label"]) for one in lot["items"]] == [
        (0, "Étude"),
        (0, "Pose"),
        (1, None),
    ]
    amounts = [[line["amount"]["amount_cents"] for line in one["lines"]] for one in lot["items"]]
    assert amounts == [[30_000, 10_000], [25_001, 25_000], [2_000, 8_001]]
    assert lot["items"][1]["lines"][1]["tasks"] == "Pose et réglages"
    assert lot["parts"] == [
        {
            "party_id": lead,
            "amount": shown(57_001),
            "mandate": shown(0),
            "lead_fee": shown(0),
            "common_expenses": shown(855),
        },
        {
            "party_id": other,
            "amount": shown(43_001),
            "mandate": shown(0),
            "lead_fee": shown(1_290),
            "common_expenses": shown(645),
        },
    ]


async def test_a_framework_in_items_has_terms_and_no_euro(world: World) -> None:
    bid, lead, other = await pair(world)
    body = staged(bid, lead, other)
    for one in body["lots"][0]["items"]:
        del one["amount"]
    written = ok(await bid.write(body), 200)
    assert written == ok(await world.alpha.get(f"{bid.path}/split"), 200)
    assert {part["amount"] for part in written["lots"][0]["parts"]} == {None}


NINES = 9_999
REFUSED = {
    "9,999 bps": ({"bps": NINES}, {}, "split_not_exact"),
    "10,001 bps": ({"bps": 10_001}, {}, "invalid"),
    "below zero": ({"bps": -1}, {}, "invalid"),
    "zero": ({"bps": 0}, {}, "invalid"),
    "an amount of zero": ({"bps": None, "amount": cents(0)}, {}, "invalid"),
    "an amount below zero": ({"bps": None, "amount": cents(-1)}, {}, "invalid"),
    "2^63": ({"bps": None, "amount": cents(2**63)}, {}, "invalid"),
    "a price of 2^63": ({"bps": 10_000}, {"amount": cents(2**63)}, "invalid"),
    "a share as text": ({"bps": "10000"}, {}, "invalid"),
    "half a point": ({"bps": 9_999.5}, {}, "invalid"),
    "a fee of more than half": ({"bps": 10_000}, {"lead_fee": {"bps": 5_001}}, "invalid"),
    "an item twice": (
        {"bps": 10_000},
        {"items": [{"label": "Pose", "lines": []}]},
        "invalid",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_share_that_is_none_is_refused(world: World, case: str) -> None:
    line, lot, code = REFUSED[case]
    bid, lead, _ = await pair(world)
    body = {
        "lot_id": bid.lots[0],
        "amount": cents(100),
        "lines": [{"party_id": lead, **line}],
        **lot,
    }
    problem = refused(await bid.write({"lots": [body]}), 422, code)
    assert problem["errors"][0]["pointer"].startswith("/lots/0")
    refused(await world.alpha.get(f"{bid.path}/split"), 404, "not_found")


async def test_a_party_stands_once_and_fifteen_percent_of_a_cent_is_none(world: World) -> None:
    bid, lead, other = await pair(world)
    twice = bid.shares(5_000, 5_000)
    twice["lots"][0]["lines"][1]["party_id"] = lead
    problem = refused(await bid.write(twice), 422, "split_not_exact")
    assert problem["errors"][0]["code"] == "party_twice"
    written = ok(await bid.write(bid.shares(1_500, 8_500, amount=1)), 200)
    amounts = [(one["party_id"], one["amount"]) for one in written["lots"][0]["parts"]]
    assert amounts == [(lead, shown(0)), (other, shown(1))]


async def test_the_account_is_kept_by_a_party_that_is_in(world: World) -> None:
    bid, lead, other = await pair(world)
    ok(await world.alpha.post(f"{bid.path}/parties", {"member_id": world.gamma.member}))
    body = staged(bid, lead, other)
    parties = ok(await world.alpha.get(bid.path), 200)["parties"]
    body["lots"][0]["common_expenses"]["manager_id"] = parties[-1]["id"]
    refused(await bid.write(body), 422, "unknown_party")


async def test_of_fifty_splits_under_one_etag_one_is_written(world: World) -> None:
    bid, _, _ = await pair(world)
    version = await bid.version()
    bodies = [bid.shares(1_000 + n, 9_000 - n) for n in range(25)]
    answers = await asyncio.gather(
        *(
            person.put(f"{bid.path}/split", body, version)
            for body in bodies
            for person in (world.alpha, world.beta)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 49
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert ok(await world.alpha.get(f"{bid.path}/split"), 200) == won
    assert [one["number"] for one in ok(await versions(bid), 200)["items"]] == [1]


async def versions(bid: Bid, person: Person | None = None, **query: Any) -> Any:
    """The list of versions."""
    return await (person or bid.lead).get(f"{bid.path}/splits", **query)


async def test_every_version_is_kept_and_listed_newest_first(world: World) -> None:
    bid, lead, other = await pair(world)
    first = ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    second = ok(await world.beta.put(f"{bid.path}/split", staged(bid, lead, other), 4), 200)
    page = ok(await versions(bid, limit=1), 200)
    rest = ok(await versions(bid, limit=1, cursor=page["next_cursor"]), 200)
    assert (rest["next_cursor"], len(page["items"])) == (None, 1)
    listed = [*page["items"], *rest["items"]]
    assert [(one["number"], one["amount"]) for one in listed] == [
        (2, shown(100_002)),
        (1, shown(100_000 * EURO)),
    ]
    authors = [ok(await one.get("/v1/me"), 200)["person_id"] for one in (world.beta, world.alpha)]
    assert [one["written_by"] for one in listed] == authors
    kept = ok(await world.beta.get(f"{bid.path}/splits/1"), 200)
    assert kept == {**first, "version": second["version"]}
    for absent in ("3", "0", "x", str(2**70)):
        refused(await world.alpha.get(f"{bid.path}/splits/{absent}"), 404, "not_found")


async def changes(bid: Bid, number: int, since: int | None = None) -> Any:
    """What a version changes."""
    query = {} if since is None else {"since": since}
    return ok(await bid.lead.get(f"{bid.path}/splits/{number}/changes", **query), 200)


async def test_two_versions_are_compared_line_by_line(world: World) -> None:
    bid, lead, other = await pair(world)
    body = staged(bid, lead, other)
    ok(await bid.write(body), 200)
    revised = staged(bid, lead, other, optional=20_001)
    revised["lots"][0]["items"][0]["lines"][0]["tasks"] = "Étude d'exécution"
    ok(await bid.write(revised), 200)
    (lot,) = (await changes(bid, 2))["lots"]
    assert (lot["before"], lot["after"]) == (shown(100_002), shown(110_002))
    found = [
        (one["tranche"], one["label"], one["kind"], one["party_id"], one["difference"])
        for one in lot["lines"]
    ]
    nobody = shown(0)
    assert found == [
        (None, None, "lead_fee", other, shown(240)),
        (None, None, "common_expenses", lead, shown(30)),
        (None, None, "common_expenses", other, shown(120)),
        (0, "Étude", "work", lead, nobody),
        (1, None, "work", lead, shown(2_000)),
        (1, None, "work", other, shown(8_000)),
    ]
    study = lot["lines"][3]
    assert (study["before"]["tasks"], study["after"]["tasks"]) == (None, "Étude d'exécution")
    work = [one["difference"]["amount_cents"] for one in lot["lines"] if one["kind"] == "work"]
    assert sum(work) == lot["difference"]["amount_cents"] == 10_000


async def test_a_version_differs_in_nothing_from_itself_and_in_all_from_none(world: World) -> None:
    bid, _, _ = await pair(world, lots=2)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    assert (await changes(bid, 2))["lots"] == (await changes(bid, 2, 2))["lots"] == []
    lots = (await changes(bid, 1))["lots"]
    assert [len(lot["lines"]) for lot in lots] == [2, 2]
    assert {lot["difference"]["amount_cents"] for lot in lots} == {100_000 * EURO}
    assert {one["before"] for lot in lots for one in lot["lines"]} == {None}
    back = ok(await bid.lead.get(f"{bid.path}/splits/1/changes", since=2), 200)
    assert back == {"number": 1, "since": 2, "lots": []}
    for number, since in ((3, 1), (1, 3)):
        path = f"{bid.path}/splits/{number}/changes"
        refused(await world.alpha.get(path, since=since), 404, "not_found")


async def test_a_version_that_is_opened_is_on_record_by_its_number(world: World) -> None:
    reads: tuple[tuple[str, dict[str, int], list[int]], ...] = (
        ("/splits/2", {}, [2]),
        ("/splits/3/changes", {}, [2, 3]),
        ("/splits/3/changes", {"since": 1}, [1, 3]),
        ("/splits/1/changes", {"since": 0}, [1]),
        ("/splits", {}, [1, 2, 3]),
        ("/splits", {"limit": 2}, [2, 3]),
    )
    for read, query, opened in reads:
        bid, _, _ = await pair(world)
        for share in (1_000, 2_000, 3_000):
            ok(await bid.write(bid.shares(share, 10_000 - share)), 200)
        for _ in range(2):
            ok(await world.beta.get(f"{bid.path}{read}", **query), 200)
        assert [one.version for one in await openings(world, bid, world.beta)] == opened, read


async def test_versions_are_the_parties_alone(world: World) -> None:
    bid = await submitted(world)
    for path in ("/splits", "/splits/1", "/splits/1/changes"):
        rival = await world.gamma.get(bid.path + path)
        never = await world.gamma.get("/v1/consortia/con_" + "0" * 32 + path)
        assert rival.status_code == never.status_code == 404
        assert {**rival.json(), "request_id": ""} == {**never.json(), "request_id": ""}
    assert ok(await versions(bid, world.coordinator), 200)["items"] == []
    for path in ("/splits/1", "/splits/1/changes"):
        refused(await world.coordinator.get(bid.path + path), 404, "not_found")


async def test_overseers_see_of_each_version_the_lots_that_were_won(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award(1))
    won = [bid.lots[1]]
    listed = ok(await versions(bid, world.coordinator), 200)["items"]
    assert [[lot["lot_id"] for lot in one["lots"]] for one in listed] == [won]
    for path in ("/splits/1", "/splits/1/changes"):
        lots = ok(await world.coordinator.get(bid.path + path), 200)["lots"]
        assert [lot["lot_id"] for lot in lots] == won


async def test_an_agreement_names_the_version_that_is_approved(world: World) -> None:
    bid, lead, other = await pair(world)
    for _ in range(2):
        ok(await bid.write(bid.shares(6_000, 4_000)), 200)
    address = await bid.propose()
    assert ok(await world.beta.get(bid.path), 200)["agreement"]["split_number"] == 2
    withdrawn = ok(await world.alpha.post(f"{address}/withdrawals"))
    assert withdrawn["split_number"] == 2
    ok(await bid.write(staged(bid, lead, other)), 200)
    assert ok(await world.alpha.post(f"{bid.path}/agreements"))["split_number"] == 3


async def test_an_award_is_shared_by_what_parties_have_of_all_tranches(world: World) -> None:
    bid, lead, other = await pair(world)
    ok(await bid.write(staged(bid, lead, other)), 200)
    await bid.agree()
    ok(await bid.submit())
    parts = ok(await bid.award(amount=200_004))["parts"]
    assert [(one["party_id"], one["amount"]) for one in parts] == [
        (lead, shown(114_002)),
        (other, shown(86_002)),
    ]


async def test_s9_the_leads_own_fee_is_in_its_part_and_owes_no_contribution(world: World) -> None:
    bid, lead, other = await pair(world)
    lines = [
        {"party_id": lead, "bps": 5_000},
        {"party_id": other, "bps": 5_000},
        {"party_id": lead, "amount": cents(20_000), "mandate": True, "tasks": "Mandat"},
    ]
    lot = {"lot_id": bid.lots[0], "amount": cents(100_000), "lines": lines}
    ok(await bid.write({"lots": [lot]}), 200)
    await bid.agree()
    ok(await bid.submit())
    parts = ok(await bid.award(amount=100_000))["parts"]
    assert [(one["amount"], one["mandate"]) for one in parts] == [
        (shown(60_000), shown(20_000)),
        (shown(40_000), shown(0)),
    ]
    rows = {one["party_id"]: one for one in (await bid.contribution())["parties"]}
    assert {one["forecast"]["amount_cents"] for one in rows.values()} == {6_000}
    receipt = ok(await bid.receive(world.alpha, 60_000, "F1"))
    rows = {one["party_id"]: one for one in (await bid.contribution())["parties"]}
    (charge,) = rows[lead]["charges"]
    assert (charge["base"], charge["amount"]) == (shown(40_000), shown(6_000))
    (listed,) = ok(await world.alpha.get("/v1/charges"), 200)["items"]
    assert listed["evidence"]["lead_fee_cents"] == 20_000
    ok(await world.alpha.post(f"{bid.path}/receipts/{receipt['id']}/reversals"))
    rows = {one["party_id"]: one for one in (await bid.contribution())["parties"]}
    assert rows[lead]["charged"] == shown(0)


async def test_s9_a_fee_that_others_hand_on_is_charged_once_with_their_parts(world: World) -> None:
    bid, lead, other = await pair(world)
    ok(await bid.write(staged(bid, lead, other)), 200)
    await bid.agree()
    ok(await bid.submit())
    ok(await bid.award(amount=100_002))
    rows = [one["forecast"]["amount_cents"] for one in (await bid.contribution())["parties"]]
    assert sorted(rows) == [6_450, 8_550]  # 15 % of 43,001 and 57,001: of the whole, once
