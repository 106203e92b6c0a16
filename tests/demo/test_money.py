"""What the demo cluster owes, charges, calls, closes and hands to an accountant."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.demo.companies import TREASURER
from app.demo.flows import CHARGED, CLAIMED, SITE
from app.demo.story import FORGE_AWARDED, FORGE_RECEIPTS
from app.flows.domain import Nature
from app.infra.db import open_database
from tests.demo.conftest import Town, serve
from tests.ledger.test_exports import cents, hledger, rows_of

RATES = {Nature.BUSINESS: 3, Nature.CO_CONTRACTING: 4}
"""Per cent."""
YEAR_OVER = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.xdist_group("demo")


async def test_the_winners_owe_exactly_fifteen_percent(town: Town) -> None:
    won = await town.consortium(TREASURER, "Les Forgerons du son")
    assert won["state"] == "running"
    owed = await town.get(TREASURER, f"/v1/consortia/{won['id']}/contribution")
    assert owed["part"]["amount_cents"] == FORGE_AWARDED * 100
    assert owed["forecast"]["amount_cents"] * 100 == FORGE_AWARDED * 100 * 15
    received = sum(cents for _, cents, _ in FORGE_RECEIPTS)
    assert owed["charged"]["amount_cents"] * 100 == received * 15
    for figure in ("part", "forecast", "due", "charged", "paid"):
        parts = sum(party[figure]["amount_cents"] for party in owed["parties"])
        assert parts == owed[figure]["amount_cents"]
    for party in owed["parties"]:
        assert (party["bps"], party["policy_version"]) == (1_500, 1)
        assert party["forecast"]["amount_cents"] * 100 == party["part"]["amount_cents"] * 15


async def test_the_books_balance_and_agree_with_the_charges(town: Town) -> None:
    async with (
        open_database(town.settings.owner_url(), role=None, size=1) as owner,
        owner.transaction() as session,
    ):
        rows = await session.execute(
            text(
                "SELECT (bps IS NULL)::text, sum(amount_cents)::bigint FROM charge GROUP BY 1"
                " UNION ALL SELECT a.code, sum(CASE WHEN a.id = p.credit_account_id"
                " THEN p.amount_cents ELSE -p.amount_cents END)::bigint"
                " FROM ledger_posting p JOIN ledger_account a ON a.cluster_id = p.cluster_id"
                " AND a.id IN (p.credit_account_id, p.debit_account_id)"
                " WHERE a.code IN ('706', '756') GROUP BY 1"
            )
        )
        found = {str(name): int(cents) for name, cents in rows}
    joint = sum(cents for _, cents, _ in FORGE_RECEIPTS) * 15 // 100
    between = sum(one.cents * RATES[one.nature] // 100 for one in CHARGED)
    assert found["false"] == found["706"] == joint + between
    assert found["true"] == found["756"] > 0


async def test_members_trade_and_each_invoice_is_charged_once_at_its_rate(town: Town) -> None:
    charges = (await town.get(TREASURER, "/v1/charges?limit=100"))["items"]
    paid = {
        (one["nature"], one["base"]["amount_cents"]): (one["bps"], one["amount"]["amount_cents"])
        for one in charges
        if one["nature"] in set(Nature)
    }
    assert paid == {
        (one.nature, one.cents): (RATES[one.nature] * 100, one.cents * RATES[one.nature] // 100)
        for one in CHARGED
    }
    flows = (await town.get("chevalement@furan.example", "/v1/flows"))["items"]
    assert {one["number"]: one["state"] for one in flows}[CLAIMED.number] == "buyer_only"
    flows = (await town.get("puits@furan.example", "/v1/flows"))["items"]
    assert {one["number"]: one["state"] for one in flows}[SITE.number] == "difference"


async def test_the_year_is_charged_and_one_correction_shows_as_a_line(town: Town) -> None:
    seen = await town.get(TREASURER, "/v1/fee-runs/preview?year=2026")
    assert (seen["lines"], len(seen["missing"])) == ([], 1)
    charges = (await town.get("plomb@furan.example", "/v1/charges"))["items"]
    fees = [one["amount"]["amount_cents"] for one in charges if one["nature"] == "fee"]
    assert fees == [1_000_00 - 1_800_00, 1_800_00]


async def test_a_quarter_is_called_and_one_call_was_taken_back_and_sent_anew(town: Town) -> None:
    newest, note, *_ = (await town.get(TREASURER, "/v1/calls"))["items"]
    assert (newest["kind"], note["kind"]) == ("call", "credit_note")
    assert newest["net"]["amount_cents"] == -note["net"]["amount_cents"] > 0
    assert newest["vat_amount"]["amount_cents"] * 5 == newest["net"]["amount_cents"]
    own = (await town.get("plomb@furan.example", "/v1/calls"))["items"]
    assert {one["subject"] for one in own} == {"contributions", "fees"}
    waiting = await town.get(TREASURER, "/v1/call-runs/preview?until=2026-06-01")
    assert waiting["lines"] == []


async def test_a_year_closes_and_an_accountant_reads_it_balanced(town: Town) -> None:
    async with serve(town.settings, YEAR_OVER) as client:
        later = replace(town, client=client)
        treasurer = await later.sign_in(TREASURER)
        for year in (2025, 2026):
            body = {"until": f"{year}-12-31"}
            once = {**treasurer, "Idempotency-Key": f"close-{year}"}
            answer = await client.post("/v1/ledger/closings", json=body, headers=once)
            assert answer.status_code == 201, answer.text
            journal = await later.download(TREASURER, f"/v1/ledger/exports/journal?year={year}")
            hledger(journal.content, "check", "ordereddates")
            books = f"/v1/ledger/exports/fec?year={year}"
            fec = (await later.download(TREASURER, books)).content
            rows = rows_of(fec)
            assert sum(cents(row["Debit"]) - cents(row["Credit"]) for row in rows) == 0
            assert len(rows) > 2
            assert (await later.download(TREASURER, books)).content == fec
            again = {**treasurer, "Idempotency-Key": f"close-{year}-again"}
            refused = await client.post("/v1/ledger/closings", json=body, headers=again)
            assert refused.json()["code"] == "closing_out_of_order"
