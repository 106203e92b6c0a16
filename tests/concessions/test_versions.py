"""What was written before of a concession: kept, listed, and compared line by line."""

from tests.concessions.steps import (
    figures_body,
    forecast_body,
    forming,
    shown,
    write_forecast,
    write_terms,
)
from tests.consortia.steps import EURO, ok, refused
from tests.world import World


async def test_what_was_written_before_is_kept_listed_and_compared(world: World) -> None:
    bid = await forming(world)
    for months in (24, 36):
        ok(await write_terms(bid, months=months), 200)
    old, new = forecast_body(2025, 2026, 2027), forecast_body(2025, 2026, 2027)
    new["years"][1] = {"year": 2026, **figures_body(310_000 * EURO)}
    new["years"][1]["income"][1] = {"label": "Buvette", "amount_cents": 60_000 * EURO}
    for body in (old, new):
        ok(await write_forecast(bid, body), 200)
    terms = (await shown(bid, "/versions", world.beta))["items"]
    assert [(one["number"], one["months"]) for one in terms] == [(2, 36), (1, 24)]
    results = [one["result"]["amount_cents"] for one in (await shown(bid, "/forecasts"))["items"]]
    assert results == [274_000 * EURO, 264_000 * EURO]
    first = await shown(bid, "/forecasts/1")
    assert first["years"][1]["income"][0]["amount"]["amount_cents"] == 300_000 * EURO
    changes = await shown(bid, "/forecasts/2/changes")
    assert (changes["number"], changes["since"]) == (2, 1)
    (year,) = changes["years"]
    assert year["year"] == 2026
    assert year["result"]["difference"]["amount_cents"] == 10_000 * EURO
    lines = {
        one["label"]: (one["before"], one["after"], one["difference"]) for one in year["lines"]
    }
    sixty, ten = ({"amount_cents": n * EURO, "currency": "EUR"} for n in (60_000, 10_000))
    gone = {**sixty, "amount_cents": -60_000 * EURO}
    assert lines["Bar"] == (sixty, None, gone)
    assert lines["Buvette"] == (None, sixty, sixty)
    assert lines["Billetterie"][2] == ten
    assert len(lines) == 3
    whole = (await shown(bid, "/forecasts/1/changes"))["years"]
    assert [one["result"]["before"] for one in whole] == [None] * 3
    address = f"{bid.path}/concession/forecasts"
    assert ok(await world.alpha.get(f"{address}/2/changes", since=2), 200)["years"] == []
    refused(await world.alpha.get(f"{address}/2/changes", since=9), 404, "not_found")
    for path in ("3", "3/changes"):
        refused(await world.alpha.get(f"{address}/{path}"), 404, "not_found")
