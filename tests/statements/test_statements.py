"""Statements: exact between two days, whole against the books, and of nobody else."""

import csv
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.statements import endpoints
from tests.calls.steps import bill, call
from tests.consortia.steps import ok, refused
from tests.contributions.scene import pay, win
from tests.world import NOW, Person, World

TODAY = NOW.date().isoformat()
DUE = {"charged": 15_00, "vat_amount": 3_00, "paid": 7_00, "opening": 0, "closing": 11_00}

BOOKS = """
    SELECT coalesce(sum(CASE WHEN a.id = p.debit_account_id THEN p.amount_cents
      ELSE -p.amount_cents END), 0)
    FROM ledger_posting p JOIN ledger_account a ON a.cluster_id = p.cluster_id
      AND a.id IN (p.debit_account_id, p.credit_account_id)
    WHERE p.cluster_id = :cluster AND (a.member_id IS NOT NULL OR a.code = '4191')"""


async def statement(who: Person, of: Person, **period: str) -> dict[str, Any]:
    """The sums of a statement, in cents."""
    seen = ok(await who.get(f"/v1/members/{of.member}/statement", **period), 200)
    return {name: seen[name]["amount_cents"] for name in DUE}


async def lines(who: Person, of: Person, **asked: Any) -> list[dict[str, Any]]:
    """All lines of a statement, page by page."""
    path, found, cursor = f"/v1/members/{of.member}/statement/lines", [], None
    while True:
        query = {**asked, **({"cursor": cursor} if cursor else {})}
        page = ok(await who.get(path, **query), 200)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def some(world: World, serving: Database) -> None:
    """A hundred euros in, called with tax, and seven euros paid."""
    won = await win(world, serving, "alpha", "beta")
    await won.receive("alpha", 100_00)
    await bill(world)
    await call(world, world.alpha)
    await pay(world, serving, "alpha", 7_00, "VIR 7")


async def test_a_statement_goes_from_what_was_owed_to_what_is_owed(
    world: World, serving: Database
) -> None:
    await some(world, serving)
    assert await statement(world.alpha, world.alpha) == DUE
    found = await lines(world.alpha, world.alpha, limit=1)
    kinds = [(one["kind"], one["amount"]["amount_cents"]) for one in found]
    assert sorted(kinds) == [("charge", 15_00), ("payment", -7_00), ("vat", 3_00)]
    by_kind = {one["kind"]: one for one in found}
    assert by_kind["charge"]["evidence"]["bps"] == 1_500
    assert by_kind["charge"]["charge_id"].startswith("chg_")
    assert (by_kind["vat"]["reference"], by_kind["payment"]["reference"]) == ("2026-0001", "VIR 7")


async def test_what_was_owed_before_a_period_opens_it(world: World, serving: Database) -> None:
    await some(world, serving)
    after = {"from": "2026-03-03", "until": "2026-03-31"}
    still = {"charged": 0, "vat_amount": 0, "paid": 0, "opening": 11_00, "closing": 11_00}
    assert await statement(world.treasurer, world.alpha, **after) == still
    assert await lines(world.treasurer, world.alpha, **after) == []
    before = {"from": "2026-01-01", "until": "2026-03-01"}
    assert set((await statement(world.alpha, world.alpha, **before)).values()) == {0}
    assert await statement(world.alpha, world.alpha, **{"from": TODAY, "until": TODAY}) == DUE


async def test_what_is_paid_beforehand_stands_below_zero(world: World, serving: Database) -> None:
    await pay(world, serving, "alpha", 50_00, "VIR 50")
    assert (await statement(world.alpha, world.alpha))["closing"] == -50_00


async def test_statements_sum_to_the_books(world: World, serving: Database) -> None:
    await some(world, serving)
    (first, *_) = ok(await world.alpha.get("/v1/calls"), 200)["items"]
    path = f"/v1/calls/{first['id']}/credit-notes"
    ok(await world.treasurer.post(path, {"reason": "Une adresse erronée"}))
    await pay(world, serving, "beta", 12_34, "VIR 12")
    owed = [
        (await statement(world.auditor, one))["closing"]
        for one in (world.alpha, world.beta, world.gamma)
    ]
    assert owed == [8_00, -12_34, 0]
    async with world.owner.transaction() as session:
        booked = await session.scalar(text(BOOKS), {"cluster": world.cluster_id})
    assert sum(owed) == booked


async def test_the_file_of_a_statement_runs_from_balance_to_balance(
    world: World, serving: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await some(world, serving)
    await pay(world, serving, "alpha", 1, '=HYPERLINK("x")')
    monkeypatch.setattr(endpoints, "AT_ONCE", 2)
    answer = await world.alpha.get(f"/v1/members/{world.alpha.member}/statement/csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith("\ufeffÉcrit le;".encode())
    opening, *rows = csv.DictReader(answer.text[1:].splitlines(), delimiter=";")
    assert (opening["Nature"], opening["Solde"]) == ("Solde à l'ouverture", "0,00")
    told = [(row["Nature"], row["Référence"], row["Dû"], row["Payé"], row["Solde"]) for row in rows]
    source = told[0][1]
    assert source.startswith("receipt:rec_")
    assert told == [
        ("Contribution sur encaissement", source, "15,00", "", "15,00"),
        ("TVA d'un appel", "2026-0001", "3,00", "", "18,00"),
        ("Paiement", "VIR 7", "", "7,00", "11,00"),
        ("Paiement", '\'=HYPERLINK("x")', "", "0,01", "10,99"),
    ]
    path = f"/v1/members/{world.alpha.member}/statement/csv"
    later = await world.alpha.get(path, **{"from": "2026-03-03", "until": "2026-03-31"})
    assert later.text.splitlines()[1:] == [";;Solde à l'ouverture;;;;10,99"]
    assert {(row["Écrit le"], row["Fait du"]) for row in rows} == {("02/03/2026", "02/03/2026")}


async def test_another_company_s_account_is_not_there(world: World, serving: Database) -> None:
    await some(world, serving)
    for path in ("statement", "statement/lines", "statement/csv"):
        # A party of the same joint answer sees its charges there, and nothing of its account.
        for who in (world.beta, world.gamma):
            refused(await who.get(f"/v1/members/{world.alpha.member}/{path}"), 404, "not_found")


async def test_a_period_that_ends_before_it_begins_is_refused(world: World) -> None:
    path = f"/v1/members/{world.alpha.member}/statement"
    for where in (path, f"{path}/lines", f"{path}/csv"):
        answer = await world.alpha.get(where, **{"from": "2026-03-02", "until": "2026-03-01"})
        refused(answer, 422, "invalid")


async def test_whoever_reads_the_lines_leaves_a_trace_of_the_amounts_that_they_show(
    world: World, serving: Database
) -> None:
    await some(world, serving)
    before = await openings(world)
    await statement(world.auditor, world.alpha)
    assert await openings(world) == before
    for _ in range(2):
        await lines(world.auditor, world.alpha)
        assert await openings(world) == before + 1


async def openings(world: World) -> int:
    """How often amounts were shown for the first time."""
    query = "SELECT count(*) FROM opening WHERE cluster_id = :cluster"
    async with world.owner.transaction() as session:
        return int(await session.scalar(text(query), {"cluster": world.cluster_id}) or 0)
