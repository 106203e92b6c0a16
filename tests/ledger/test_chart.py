"""The chart of accounts: named by the cluster, version after version."""

from typing import Any

import pytest

from tests.consortia.steps import ok, refused
from tests.world import World

CHART = {"siren": "732829320", "accounts": {"receivable": {"code": "411000", "label": "Adhérents"}}}


async def test_a_chart_is_the_default_until_someone_writes_one(world: World) -> None:
    answer = await world.auditor.get("/v1/ledger/chart")
    chart = ok(answer, 200)
    assert (chart["version"], chart["first_month"], chart["siren"]) == (0, 1, None)
    assert answer.headers["ETag"] == '"0"'
    assert chart["accounts"]["receivable"] == {"code": "411", "label": "Membres"}
    written = ok(await world.treasurer.put("/v1/ledger/chart", CHART, 0), 200)
    assert written["version"] == 1
    assert written["accounts"]["receivable"] == {"code": "411000", "label": "Adhérents"}
    assert written["accounts"]["bank"] == {"code": "512", "label": "Banque"}
    assert ok(await world.auditor.get("/v1/ledger/chart"), 200) == written
    refused(await world.coordinator.put("/v1/ledger/chart", CHART, 0), 412, "stale_version")


@pytest.mark.parametrize(
    "accounts",
    [
        {"bank": {"code": "411", "label": "x"}},
        {"receivable": {"code": "512", "label": "x"}},
        {"contributions": {"code": "411", "label": "x"}},
        {"advances": {"code": "411", "label": "x"}},
        {"bank": {"code": "5", "label": "x"}},
        {"unknown": {"code": "512", "label": "x"}},
    ],
)
async def test_a_chart_that_mixes_accounts_is_refused(
    world: World, accounts: dict[str, Any]
) -> None:
    answer = await world.treasurer.put("/v1/ledger/chart", {"accounts": accounts}, 0)
    assert answer.status_code == 422
    assert ok(await world.treasurer.get("/v1/ledger/chart"), 200)["version"] == 0


async def test_contributions_and_fees_may_be_one_account(world: World) -> None:
    one = {"code": "756", "label": "Cotisations"}
    body = {"accounts": {"contributions": one, "fees": one}}
    assert ok(await world.treasurer.put("/v1/ledger/chart", body, 0), 200)["version"] == 1


async def test_the_fiscal_year_is_fixed_once_a_period_is_closed(world: World) -> None:
    assert ok(await world.treasurer.put("/v1/ledger/chart", {**CHART, "first_month": 2}, 0), 200)
    closing = ok(await world.treasurer.post("/v1/ledger/closings", {"until": "2026-01-31"}))
    assert (closing["from"], closing["fiscal_year"]) == ("2025-02-01", 2026)
    moved = await world.treasurer.put("/v1/ledger/chart", {**CHART, "first_month": 1}, 1)
    refused(moved, 409, "fiscal_year_fixed")
    same = await world.treasurer.put("/v1/ledger/chart", {**CHART, "first_month": 2}, 1)
    assert ok(same, 200)["version"] == 2
