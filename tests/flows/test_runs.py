"""What runs charge: each flow once, at the rate of its own day, whatever kills them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.contributions.batches import AMOUNT
from app.contributions.domain import Debtor, FlowNature, default_terms
from app.contributions.verify import check_accounts
from app.flows import runs
from app.infra.db import Database, system_actor
from app.kernel.ids import decode, encode
from app.kernel.money import MAX_CENTS, share
from tests.consortia.steps import ok
from tests.contributions.scene import balances, pay, vote, win
from tests.flows.steps import flow_body
from tests.world import NOW, Person, World

TODAY = NOW.date().isoformat()


async def declared(seller: Person, buyer: Person, **changes: Any) -> Any:
    """A flow that its seller declares."""
    return ok(await seller.post("/v1/flows", flow_body(buyer, **changes)))


async def reversed_(person: Person, flow: Any) -> None:
    """A flow reversed."""
    ok(await person.post(f"/v1/flows/{flow['id']}/reversals", {"reason": "Erreur"}))


async def steps(world: World, job: Database, run: Any, *, size: int, most: int = 1_000) -> bool:
    """Batches of a run, each in its transaction; whether it has come to its end."""
    for _ in range(most):
        async with job.transaction() as session:
            actor = await system_actor(session, world.cluster_id, NOW, "job")
            if not await runs.step(session, actor, decode("run", run["id"]), size=size):
                return True
    return False


async def run_all(world: World, job: Database, *, size: int = 100) -> Any:
    """A run from its asking to its end."""
    run = ok(await world.treasurer.post("/v1/charge-runs", {"until": TODAY}))
    assert await steps(world, job, run, size=size)
    return ok(await world.treasurer.get(f"/v1/charge-runs/{run['id']}"), 200)


async def charges(world: World, who: str = "treasurer") -> list[Any]:
    """The charges that a person sees, oldest first."""
    listed = ok(await world.people[who].get("/v1/charges", limit=100), 200)["items"]
    return sorted(listed, key=lambda one: (one["due_on"], one["source"]))


def amounts(found: Iterable[Any]) -> list[int]:
    """Their amounts, in order of size."""
    return sorted(one["amount"]["amount_cents"] for one in found)


async def test_the_rates_of_the_seed_are_charged_once(world: World, job: Database) -> None:
    await declared(world.alpha, world.beta, cents=1_000_00)
    await declared(world.beta, world.alpha, number="C1", nature="co_contracting")
    until = {"until": TODAY}
    previewed = ok(await world.treasurer.get("/v1/charge-runs/preview", **until), 200)
    assert (previewed["charges"], previewed["amount"]["amount_cents"]) == (2, 70_00)
    lines = ok(await world.treasurer.get("/v1/charge-runs/preview/lines", **until), 200)["items"]
    assert amounts(lines) == [30_00, 40_00]
    run = await run_all(world, job)
    assert (run["state"], run["charges"], run["amount"]["amount_cents"]) == ("done", 2, 70_00)
    assert amounts(await charges(world)) == [30_00, 40_00]
    assert await balances(world) == {"411": 70_00, "706": -70_00}
    assert (await run_all(world, job))["charges"] == 0
    (own,) = await charges(world, "alpha")
    assert own["evidence"]["ledger_reference"] == own["source"]
    assert own["consortium_id"] is None
    assert await charges(world, "gamma") == []


async def test_todays_rate_is_not_applied_to_an_old_invoice(
    world: World, job: Database, serving: Database
) -> None:
    terms = default_terms()
    dearer = replace(terms, rates=tuple(replace(one, bps=one.bps * 2) for one in terms.rates))
    await vote(world, serving, dearer)
    await declared(world.alpha, world.beta, number="old", invoiced_on="2026-03-01")
    await declared(world.alpha, world.beta, number="new")
    await declared(world.alpha, world.beta, number="before", invoiced_on="2024-12-31")
    await run_all(world, job)
    assert amounts(await charges(world)) == [30_00, 60_00]
    held = ok(await world.treasurer.get("/v1/charge-runs/preview", until=TODAY), 200)
    assert (held["charges"], held["held"]) == (0, 1)


async def test_a_credit_note_has_a_negative_sign_and_the_original_rate(
    world: World, job: Database, serving: Database
) -> None:
    flow = await declared(world.alpha, world.beta, invoiced_on="2026-03-01")
    terms = default_terms()
    await vote(
        world, serving, replace(terms, rates=tuple(replace(one, bps=0) for one in terms.rates))
    )
    note = {"corrects_id": flow["id"], "cents": -400_00}
    await declared(world.alpha, world.beta, number="A1", **note)
    await run_all(world, job)
    assert amounts(await charges(world)) == [-12_00, 30_00]
    await declared(world.alpha, world.beta, number="A2", corrects_id=flow["id"], cents=-900_00)
    await run_all(world, job)
    # Never below zero, whatever is taken back.
    assert amounts(await charges(world)) == [-18_00, -12_00, 30_00]
    assert await balances(world) == {}


async def test_nothing_is_paid_twice_after_a_reversal(
    world: World, job: Database, serving: Database
) -> None:
    flow = await declared(world.alpha, world.beta)
    await run_all(world, job)
    await pay(world, serving, "alpha", 30_00, "VIR 1")
    await reversed_(world.alpha, flow)
    anew = await declared(world.alpha, world.beta, cents=2_000_00)
    await run_all(world, job)
    await run_all(world, job)
    assert amounts(await charges(world)) == [-30_00, 30_00, 60_00]
    assert await balances(world) == {"411": 30_00, "512": 30_00, "706": -60_00}
    await reversed_(world.alpha, anew)
    await run_all(world, job)
    assert await balances(world) == {"4191": -30_00, "512": 30_00}


async def test_what_was_reversed_before_a_run_is_never_charged(world: World, job: Database) -> None:
    await reversed_(world.alpha, await declared(world.alpha, world.beta))
    assert (await run_all(world, job))["charges"] == 0


async def test_an_advance_settles_what_a_run_charges(
    world: World, job: Database, serving: Database
) -> None:
    await pay(world, serving, "alpha", 50_00, "VIR 1")
    for number in range(3):
        await declared(world.alpha, world.beta, number=f"F{number}")
    await run_all(world, job, size=2)
    assert await balances(world) == {"411": 40_00, "512": 50_00, "706": -90_00}
    paid = sorted(one["paid"]["amount_cents"] for one in await charges(world))
    assert paid == [0, 20_00, 30_00]
    async with world.owner.transaction() as session:
        found = await check_accounts(session, world.cluster_id, advance=lambda _: None)
    assert (found.faults, found.shown) == (0, [])


async def test_nobody_owes_on_anothers_word_alone(
    world: World, job: Database, serving: Database
) -> None:
    terms = default_terms()
    halves = tuple(
        replace(one, debtor=Debtor.BOTH_HALVES) if one.nature == FlowNature.BUSINESS else one
        for one in terms.rates
    )
    await vote(world, serving, replace(terms, rates=halves))
    claim = flow_body(world.alpha, number="claim", side="buyer")
    ok(await world.beta.post("/v1/flows", claim))
    flow = await declared(world.alpha, world.beta, cents=1_01)
    assert (await run_all(world, job))["charges"] == 0
    ok(await world.beta.post("/v1/flows", flow_body(world.alpha, side="buyer", cents=1_01)))
    assert (await run_all(world, job))["charges"] == 2
    found = await charges(world)
    assert [one["base"]["amount_cents"] for one in found] == [51, 50]
    assert len(await charges(world, "beta")) == 1
    await reversed_(world.treasurer, flow)
    await run_all(world, job)
    assert sum(amounts(await charges(world))) == 0


async def test_a_run_that_was_killed_goes_on_to_the_same_books(world: World, job: Database) -> None:
    flows = [await declared(world.alpha, world.beta, number=f"F{n}", cents=33) for n in range(7)]
    note = {"corrects_id": flows[0]["id"], "cents": -33}
    await declared(world.alpha, world.beta, number="A", **note)
    run = ok(await world.treasurer.post("/v1/charge-runs", {"until": TODAY}))
    assert not await steps(world, job, run, size=2, most=2)
    async with job.sessions() as session, session.begin() as killed:
        actor = await system_actor(session, world.cluster_id, NOW, "job")
        assert await runs.step(session, actor, decode("run", run["id"]), size=2)
        await killed.rollback()
    assert await steps(world, job, run, size=2)
    told = ok(await world.treasurer.get(f"/v1/charge-runs/{run['id']}"), 200)
    assert (told["charges"], told["amount"]["amount_cents"]) == (8, 6)
    assert await balances(world) == {"411": 6, "706": -6}


async def test_one_cent_and_the_greatest_amount_are_charged(world: World, job: Database) -> None:
    await declared(world.alpha, world.beta, number="least", cents=1)
    await declared(world.alpha, world.beta, number="most", cents=MAX_CENTS)
    await run_all(world, job)
    assert amounts(await charges(world)) == [0, MAX_CENTS * 3 // 100]


async def test_29_percent_of_100_is_29_and_sql_rounds_as_the_kernel_does(owner: Database) -> None:
    bases = [100, 1, 3, 4, 10, 33, 99_999, MAX_CENTS, MAX_CENTS - 1, 123_456_789_012_345]
    pairs = [(base, bps) for base in bases for bps in (0, 1, 300, 333, 400, 1_500, 2_900, 10_000)]
    query = text(
        f"SELECT {AMOUNT} FROM unnest(CAST(:bases AS bigint[]), CAST(:rates AS bigint[]))"
        " WITH ORDINALITY AS one (base_cents, bps, n) ORDER BY n"
    )
    values = {"bases": [base for base, _ in pairs], "rates": [bps for _, bps in pairs]}
    async with owner.transaction() as session:
        found = list(await session.scalars(query, values))
    assert found == [share(base, bps) for base, bps in pairs]
    assert found[pairs.index((100, 2_900))] == 29


@given(st.integers(1, MAX_CENTS), st.integers(0, 10_000))
def test_the_same_rounding_for_any_amount(base: int, bps: int) -> None:
    assert base // 10_000 * bps + (base % 10_000 * bps * 2 + 10_000) // 20_000 == share(base, bps)


async def test_what_a_joint_answer_bore_is_not_charged_again(
    world: World, job: Database, serving: Database
) -> None:
    answer = await win(world, serving, "alpha", "beta")
    await answer.framework()
    inside = {"consortium_id": encode("con", answer.id)}
    flow = await declared(world.alpha, world.beta, **inside)
    await declared(world.alpha, world.beta, number="A", cents=-5, corrects_id=flow["id"], **inside)
    assert (await run_all(world, job))["charges"] == 0
