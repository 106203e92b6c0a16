"""Headcounts and fees over HTTP."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.engine import Engine

from app.clusters.models import Member
from app.fees.models import Headcount
from app.infra.db import Database
from app.kernel.ids import new_id
from tests.clusters.steps import departed
from tests.consortia.steps import ok
from tests.contributions.scene import balances
from tests.world import NOW, Person, World, siren

DAY = NOW.date().isoformat()


async def declare(
    by: Person, member: str, hundredths: int, method: str = "average", year: int = 2026
) -> Any:
    """A headcount, as declared by someone."""
    body = {"year": year, "method": method, "fte_hundredths": hundredths}
    return await by.post(f"/v1/members/{member}/headcounts", body)


async def run(world: World, year: int = 2026) -> Any:
    """The treasurer charges the fees of a year."""
    return ok(await world.treasurer.post("/v1/fee-runs", {"year": year}))


async def preview(world: World, year: int = 2026) -> Any:
    """What a run would charge."""
    return ok(await world.auditor.get("/v1/fee-runs/preview", year=year), 200)


async def fees(person: Person, **asked: str) -> list[Any]:
    """The fee lines that someone sees, oldest first."""
    items = ok(await person.get("/v1/charges", **asked), 200)["items"]
    return [one for one in reversed(items) if one["nature"] == "fee"]


async def joined(world: World, person: Person, on: str) -> None:
    """The company has been a member since another day than the world's."""
    async with world.owner.transaction() as session:
        await session.execute(
            text("UPDATE member SET joined_on = :on WHERE cluster_id = :cluster AND id = :id"),
            {
                "on": NOW.fromisoformat(on).date(),
                "cluster": world.cluster_id,
                "id": person.member_id,
            },
        )


async def test_a_fee_follows_from_a_declaration_for_the_months_of_membership(world: World) -> None:
    made = ok(await declare(world.alpha, world.alpha.member, 1_250))
    assert (made["fte_hundredths"], made["declared_on"]) == (1_250, DAY)
    seen = await preview(world)
    (line,) = seen["lines"]
    ran = await run(world)
    assert ran == {name: value for name, value in seen.items() if name != "lines"}
    assert (ran["charged"], ran["adjusted"], ran["total"]["amount_cents"]) == (1, 0, 833_33)
    missing = {one["member_id"]: one for one in ran["missing"]}
    assert missing[world.beta.member] == {
        "member_id": world.beta.member,
        "reason": "no_headcount",
        "method": "average",
        "proposed_fte_hundredths": 1_200,
    }
    (charge,) = await fees(world.alpha)
    assert (charge["source"], charge["bps"]) == (f"fee:2026:{world.alpha.member}", None)
    assert charge["amount"] == charge["base"] == line["amount"]
    assert charge["due_on"] == line["occurred_on"] == DAY
    evidence = charge["evidence"]
    assert {name: evidence[name] for name in line["evidence"]} == line["evidence"]
    assert evidence["headcount"]["id"] == made["id"]
    assert evidence["band"] == {"from_headcount": 10, "to_headcount": 20, "fee_cents": 1_000_00}
    assert evidence["pro_rata"] == {"by": "month", "counted": 10, "whole": 12}
    assert await balances(world) == {"411": 833_33, "756": -833_33}


async def test_a_second_run_charges_nothing_and_then_the_difference(world: World) -> None:
    ok(await declare(world.alpha, world.alpha.member, 1_000))
    await run(world)
    assert (await run(world))["total"]["amount_cents"] == 0
    assert len(await fees(world.alpha)) == 1
    corrected = ok(await declare(world.treasurer, world.alpha.member, 999))
    again = await run(world)
    assert (again["charged"], again["adjusted"]) == (0, 1)
    first, second = await fees(world.alpha)
    assert (first["amount"]["amount_cents"], second["amount"]["amount_cents"]) == (833_33, -333_33)
    assert second["source"] == f"{first['source']}:2"
    assert second["evidence"]["headcount"]["id"] == corrected["id"]
    assert second["evidence"]["fee_cents"] == 500_00
    assert second["evidence"]["charged_before_cents"] == 833_33
    assert await balances(world) == {"411": 500_00, "756": -500_00}
    listed = ok(await world.alpha.get(f"/v1/members/{world.alpha.member}/headcounts"), 200)
    assert [one["fte_hundredths"] for one in listed["items"]] == [999, 1_000]


async def test_two_runs_at_once_charge_once(world: World) -> None:
    ok(await declare(world.alpha, world.alpha.member, 500))
    both = await asyncio.gather(run(world), run(world))
    assert sorted(one["charged"] for one in both) == [0, 1]
    assert len(await fees(world.alpha)) == 1


async def test_who_leaves_gets_back_the_months_after(world: World) -> None:
    await joined(world, world.alpha, "2025-05-10")
    ok(await declare(world.alpha, world.alpha.member, 500))
    await run(world)
    assert [one["due_on"] for one in await fees(world.treasurer)] == ["2026-01-01"]
    await departed(world, world.alpha, "2026-02-15")
    await run(world)
    amounts = [one["amount"]["amount_cents"] for one in await fees(world.treasurer)]
    assert amounts == [600_00, 100_00 - 600_00]
    assert (await run(world))["adjusted"] == 0


async def test_who_turns_out_not_to_have_been_a_member_gets_all_back(world: World) -> None:
    await joined(world, world.alpha, "2025-05-10")
    ok(await declare(world.alpha, world.alpha.member, 500))
    await run(world)
    await departed(world, world.alpha, "2025-12-31")
    await run(world)
    last = (await fees(world.treasurer))[-1]
    assert last["evidence"]["pro_rata"] == {"by": "month", "counted": 0, "whole": 12}
    assert last["amount"]["amount_cents"] == -600_00
    assert await balances(world) == {}


async def test_an_advance_pays_a_fee_and_gets_back_what_a_correction_frees(world: World) -> None:
    await joined(world, world.alpha, "2025-05-10")
    payment = {
        "member_id": world.alpha.member,
        "amount": {"amount_cents": 700_00},
        "received_on": DAY,
        "reference": "VIR 1",
    }
    ok(await world.treasurer.post("/v1/payments", payment))
    ok(await declare(world.alpha, world.alpha.member, 500))
    await run(world)
    (charge,) = await fees(world.alpha)
    assert charge["paid"]["amount_cents"] == 600_00
    assert await balances(world) == {"512": 700_00, "4191": -100_00, "756": -600_00}
    ok(await declare(world.alpha, world.alpha.member, 100))
    await run(world)
    assert await balances(world) == {"512": 700_00, "4191": -400_00, "756": -300_00}


async def test_a_headcount_shows_to_the_company_and_overseers_alone(world: World) -> None:
    ok(await declare(world.alpha, world.alpha.member, 1_250))
    await run(world)
    path = f"/v1/members/{world.alpha.member}/headcounts"
    for person in (world.alpha, world.viewer, world.treasurer, world.auditor, world.coordinator):
        assert len(ok(await person.get(path, year=2026), 200)["items"]) == 1
        assert ok(await person.get(path, year=2025), 200)["items"] == []
    assert ok(await world.beta.get(path), 200)["items"] == []
    assert await fees(world.beta) == []
    assert (await world.beta.get("/v1/fee-runs/preview", year=2026)).status_code == 403


async def test_a_company_declares_its_own_headcount_and_nobody_elses(world: World) -> None:
    assert (await declare(world.alpha, world.beta.member, 1)).status_code == 403
    for person in (world.contributor, world.viewer, world.auditor):
        assert (await declare(person, world.alpha.member, 1)).status_code == 403
    for person in (world.alpha, world.auditor):
        assert (await person.post("/v1/fee-runs", {"year": 2026})).status_code == 403


async def test_a_headcount_of_a_year_to_come_or_out_of_bounds_is_refused(world: World) -> None:
    for year, hundredths in ((2027, 1), (1999, 1), (2026, -1), (2026, 10**8 + 1)):
        refused = await declare(world.alpha, world.alpha.member, hundredths, year=year)
        assert refused.status_code == 422, refused.text
    late = await declare(world.alpha, world.alpha.member, 1, year=2027)
    assert [one["pointer"] for one in late.json()["errors"]] == ["/year"]
    assert "2026" in late.json()["detail"]
    for call in (
        world.treasurer.post("/v1/fee-runs", {"year": 2027}),
        world.treasurer.get("/v1/fee-runs/preview", year=2027),
    ):
        assert (await call).status_code == 422


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def crowd(world: World, owner: Database, size: int) -> None:
    """So many members more, each with a headcount."""
    ids = [new_id() for _ in range(size)]
    row = {"cluster_id": world.cluster_id, "skills": [], "state": "active"}
    members = [
        {**row, "id": id_, "name": f"M{n}", "siren": siren(f"{id_}"), "joined_on": NOW.date()}
        for n, id_ in enumerate(ids)
    ]
    said = {"year": 2026, "method": "average", "hundredths": 400, "declared_on": NOW.date()}
    by = {"cluster_id": world.cluster_id, "person_id": new_id(), "recorded_at": NOW}
    async with owner.transaction() as session:
        await session.execute(insert(Member), members)
        rows = [{**said, **by, "id": new_id(), "member_id": id_} for id_ in ids]
        await session.execute(insert(Headcount), rows)


@pytest.mark.parametrize("size", [1_000])
async def test_a_run_sends_as_many_statements_for_one_member_as_for_a_thousand(
    world: World, owner: Database, size: int
) -> None:
    await crowd(world, owner, 1)
    with counted() as for_one:
        assert (await run(world))["charged"] == 1
    await crowd(world, owner, size - 1)
    with counted() as for_all:
        assert (await run(world))["charged"] == size - 1
    assert 0 < len(for_all) <= len(for_one)
    assert (await balances(world))["756"] == -size * 500_00
