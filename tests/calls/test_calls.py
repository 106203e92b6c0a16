"""Calls: numbered without gap, never changed, to the cent, and in the books."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.calls.verify import check_calls
from app.contributions.verify import check_accounts
from app.infra.db import Database, system_actor
from tests.calls.steps import TODAY, bill, billing_body, call
from tests.consortia.steps import ok, refused
from tests.contributions.scene import Answer, balances, pay, win
from tests.world import NOW, World

COPY = "INSERT INTO call_line SELECT cluster_id, gen_random_uuid(), call_id, member_id, charge_id,"
FROM = "FROM call_line"


@pytest.fixture
async def answer(world: World, serving: Database) -> Answer:
    """Alpha owes 150 € and 30 c, beta 600 €; who bills is said."""
    won = await win(world, serving, "alpha", "beta")
    await won.forecast(alpha=60_000_00, beta=40_000_00)
    await won.receive("alpha", 1_000_00)
    await won.receive("alpha", 2_00)
    await won.receive("beta", 4_000_00)
    await bill(world)
    return won


def cents(made: Any) -> tuple[int, ...]:
    """Net, tax, gross, paid."""
    return tuple(made[name]["amount_cents"] for name in ("net", "vat_amount", "gross", "paid"))


async def sound(world: World) -> None:
    """The operator's checks find nothing."""
    async with world.owner.transaction() as session:
        for check in (check_accounts, check_calls):
            found = await check(session, world.cluster_id, advance=lambda _: None)
            assert (found.faults, found.shown) == (0, [])


async def test_a_call_has_what_waits_with_its_tax_and_the_books_follow(answer: Answer) -> None:
    world = answer.world
    (waiting, other) = ok(await world.treasurer.get("/v1/call-runs/preview", until=TODAY), 200)[
        "lines"
    ]
    assert {waiting["net"]["amount_cents"], other["net"]["amount_cents"]} == {150_30, 600_00}
    (made,) = await call(world, world.alpha)
    assert (made["number"], made["kind"], made["due_on"]) == ("2026-0001", "call", "2026-04-01")
    assert cents(made) == (150_30, 30_06, 180_36, 0)
    assert made["seller"]["name"] == "Initiatives et Furan"
    assert made["buyer"]["siren"]
    lines = ok(await world.alpha.get(f"/v1/calls/{made['id']}/lines"), 200)["items"]
    assert [line["net"]["amount_cents"] for line in lines] == [150_00, 30]
    assert lines[0]["label"].startswith("Contribution de 15")
    books = await balances(world)
    assert books == {"411": 780_36, "706": -750_30, "44571": -30_06}
    refused(
        await world.treasurer.post("/v1/calls", {"member_id": world.alpha.member, "until": TODAY}),
        409,
        "nothing_to_call",
    )
    await sound(world)


async def test_payments_settle_what_is_called_with_its_tax(answer: Answer) -> None:
    world = answer.world
    await pay(world, answer.serving, "alpha", 150_30, "VIR 1")
    await call(world, world.alpha)
    await pay(world, answer.serving, "alpha", 40_00, "VIR 2")
    (made,) = ok(await world.alpha.get("/v1/calls"), 200)["items"]
    assert cents(made) == (150_30, 30_06, 180_36, 180_36)
    assert (await balances(world))["4191"] == -9_94
    await sound(world)


async def test_an_advance_pays_the_tax_of_a_call(answer: Answer) -> None:
    world = answer.world
    await pay(world, answer.serving, "alpha", 1_000_00, "VIR 1")
    (made,) = await call(world, world.alpha)
    assert made["paid"] == made["gross"]
    await sound(world)


async def test_a_mistake_is_a_credit_note_that_names_its_call_and_gives_the_tax_back(
    answer: Answer,
) -> None:
    world = answer.world
    (made,) = await call(world, world.alpha)
    await pay(world, answer.serving, "alpha", 180_36, "VIR 1")
    ok(await world.treasurer.put("/v1/billing", billing_body(name="Autre nom"), 1), 200)
    path = f"/v1/calls/{made['id']}/credit-notes"
    note = ok(await world.treasurer.post(path, {"reason": "Adresse erronée"}))
    assert (note["number"], note["kind"], note["corrects_id"]) == (
        "2026-0002",
        "credit_note",
        made["id"],
    )
    assert cents(note)[:3] == (-150_30, -30_06, -180_36)
    assert (note["seller"], note["buyer"]) == (made["seller"], made["buyer"])
    books = await balances(world)
    assert (books["4191"], "44571" in books) == (-30_06, False)
    refused(await world.treasurer.post(path, {"reason": "Encore"}), 409, "already_corrected")
    path = f"/v1/calls/{note['id']}/credit-notes"
    refused(await world.treasurer.post(path, {"reason": "Encore"}), 409, "not_a_call")
    anew = (await call(world, world.alpha))[0]
    assert (anew["number"], cents(anew)) == ("2026-0003", (150_30, 30_06, 180_36, 180_36))
    listed = ok(await world.alpha.get("/v1/calls", year=2026), 200)["items"]
    assert [one["corrected_by"] for one in listed] == [None, None, note["id"]]
    assert [one["paid"]["amount_cents"] for one in listed] == [180_36, 0, 0]
    await sound(world)


async def test_what_takes_back_more_than_is_owed_is_called_as_a_credit_note(
    answer: Answer,
) -> None:
    world = answer.world
    await call(world, world.alpha)
    await answer.receive("alpha", -1_000_00, by="beta")
    note = (await call(world, world.alpha))[0]
    assert (note["kind"], note["corrects_id"]) == ("credit_note", None)
    assert cents(note)[:3] == (-150_00, -30_00, -180_00)
    await sound(world)


async def test_what_sums_to_nothing_waits(answer: Answer) -> None:
    world = answer.world
    await answer.receive("alpha", -1_002_00, by="beta")
    refused(
        await world.treasurer.post("/v1/calls", {"member_id": world.alpha.member, "until": TODAY}),
        409,
        "nothing_to_call",
    )
    ran = ok(await world.treasurer.post("/v1/call-runs", {"until": TODAY}))
    assert (ran["calls"], ran["gross"]["amount_cents"]) == (1, 720_00)
    assert (await world.alpha.get("/v1/calls")).json()["items"] == []


async def test_runs_at_once_number_without_gap_and_call_nothing_twice(answer: Answer) -> None:
    world = answer.world
    ran = await asyncio.gather(
        *(world.treasurer.post("/v1/call-runs", {"until": TODAY}) for _ in range(4))
    )
    assert sum(ok(one)["calls"] for one in ran) == 2
    listed = ok(await world.treasurer.get("/v1/calls"), 200)["items"]
    assert sorted(one["number"] for one in listed) == ["2026-0001", "2026-0002"]
    await sound(world)


async def test_two_members_called_at_once_have_two_numbers(answer: Answer) -> None:
    world = answer.world
    bodies = [{"member_id": one.member, "until": TODAY} for one in (world.alpha, world.beta)]
    for one in await asyncio.gather(*(world.treasurer.post("/v1/calls", body) for body in bodies)):
        ok(one)
    listed = ok(await world.treasurer.get("/v1/calls"), 200)["items"]
    assert sorted(one["number"] for one in listed) == ["2026-0001", "2026-0002"]


async def test_fees_are_called_apart_without_tax(world: World, serving: Database) -> None:
    await bill(world)
    body = {"year": 2026, "method": "average", "fte_hundredths": 300}
    ok(await world.treasurer.post(f"/v1/members/{world.alpha.member}/headcounts", body))
    ok(await world.treasurer.post("/v1/fee-runs", {"year": 2026}))
    won = await win(world, serving, "alpha")
    await won.forecast(alpha=60_000_00)
    await won.receive("alpha", 1_000_00)
    fees, contributions = await call(world, world.alpha)
    assert (contributions["subject"], cents(contributions)[1]) == ("contributions", 30_00)
    assert (fees["subject"], fees["vat"], cents(fees)[1]) == ("fees", "outside", 0)
    await sound(world)


async def test_who_bills_is_said_first_and_under_the_version_read(
    world: World, serving: Database
) -> None:
    won = await win(world, serving, "alpha")
    await won.forecast(alpha=60_000_00)
    await won.receive("alpha", 1_000_00)
    body = {"member_id": world.alpha.member, "until": TODAY}
    refused(await world.treasurer.post("/v1/calls", body), 409, "billing_missing")
    refused(await world.treasurer.get("/v1/billing"), 404, "not_found")
    wrong = billing_body(iban="FR7630006000011234567890188")
    refused(await world.treasurer.put("/v1/billing", wrong, 0), 422, "invalid_billing")
    await bill(world)
    refused(await world.treasurer.put("/v1/billing", billing_body(), 0), 412, "stale_version")
    (made,) = await call(world, world.alpha)
    ok(await world.treasurer.put("/v1/billing", billing_body(name="Autre nom"), 1), 200)
    shown = await world.treasurer.get("/v1/billing")
    assert (shown.json()["name"], shown.headers["ETag"]) == ("Autre nom", '"2"')
    kept = ok(await world.alpha.get(f"/v1/calls/{made['id']}"), 200)
    assert kept["seller"]["name"] == "Initiatives et Furan"


async def test_a_member_sees_its_own_calls_alone(answer: Answer) -> None:
    world = answer.world
    ok(await world.treasurer.post("/v1/call-runs", {"until": TODAY}))
    (own,) = ok(await world.beta.get("/v1/calls"), 200)["items"]
    for path in (f"/v1/calls/{own['id']}", f"/v1/calls/{own['id']}/lines"):
        refused(await world.alpha.get(path), 404, "not_found")
    listed = ok(await world.alpha.get("/v1/calls", member_id=world.beta.member), 200)
    assert listed["items"] == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE call SET net_cents = 1", "only grows"),
        ("DELETE FROM call_line", "only grows"),
        ("TRUNCATE charge_tax", "only grows"),
        (f"{COPY} turn + 1, position + 9, NULL, label, net_cents, vat_cents {FROM}", "sum to"),
        (f"{COPY} turn, position + 9, NULL, label, 0, 0 {FROM}", "uq_call_line_turn"),
    ],
)
async def test_what_was_sent_is_never_changed(answer: Answer, statement: str, said: str) -> None:
    world = answer.world
    await call(world, world.alpha)
    if statement.startswith("INSERT"):
        statement += f" WHERE cluster_id = '{world.cluster_id}'"
    async with world.owner.sessions() as session:
        # The guard reads as a role of its own, inside the cluster of the transaction.
        await system_actor(session, world.cluster_id, NOW, "test")
        with pytest.raises(DBAPIError, match=said):
            await session.execute(text(statement))


@pytest.mark.parametrize(
    ("touch", "said"),
    [
        ("UPDATE call SET number = 7", "numéros sur 7"),
        ("UPDATE call_line SET net_cents = net_cents + 1 WHERE position = 1", "de lignes"),
        ("UPDATE call_line SET net_cents = net_cents + 1 WHERE position = 1", "appelée pour"),
        ("UPDATE call_line SET vat_cents = vat_cents + 1 WHERE position = 1", "c de taxe"),
        ("UPDATE charge_tax SET amount_cents = amount_cents + 1", "taxe call:"),
    ],
)
async def test_the_check_names_what_was_touched(answer: Answer, touch: str, said: str) -> None:
    world = answer.world
    await call(world, world.alpha)
    async with world.owner.sessions() as session:
        for table in ("call", "call_line", "charge_tax"):
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER only_grows"))
        of_it = "AND" if " WHERE " in touch else "WHERE"
        await session.execute(text(f"{touch} {of_it} cluster_id = '{world.cluster_id}'"))
        shown = []
        for check in (check_accounts, check_calls):
            shown += (await check(session, world.cluster_id, advance=lambda _: None)).shown
        await session.rollback()
    assert any(said in one for one in shown), shown
