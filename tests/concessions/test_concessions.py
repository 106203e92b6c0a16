"""Concessions over HTTP. Each rule bears its article."""

from typing import Any

import pytest

from tests.concessions.steps import (
    create_company,
    forecast_body,
    forming,
    hand_in,
    record_year,
    running,
    shown,
    terms_body,
    won,
    write_forecast,
    write_terms,
)
from tests.consortia.steps import EURO, Bid, ok, refused
from tests.consortia.test_openings import openings
from tests.world import World, siren


async def test_only_a_concession_has_terms_l1121_1(world: World) -> None:
    bid = await forming(world, concession=False)
    assert "L1121-1" in refused(await write_terms(bid), 409, "not_concession")["title"]


async def test_r3114_2_over_five_years_only_as_long_as_investments_need(world: World) -> None:
    bid = await forming(world)
    ok(await write_terms(bid, months=60), 200)
    unjustified: list[Any] = [{}, {"ground": "Gradins sur huit ans."}, {"investments_cents": 100}]
    for said in unjustified:
        problem = refused(await write_terms(bid, months=61, **said), 422, "duration_unjustified")
        assert "R3114-2" in problem["detail"]
    justified: Any = {"ground": "Gradins amortis en huit ans.", "investments_cents": 400_000 * EURO}
    body = ok(await write_terms(bid, months=96, **justified), 200)
    assert (body["number"], body["last_day"]) == (2, "2032-12-31")
    assert body["investments"]["amount_cents"] == 400_000 * EURO


async def test_terms_are_written_under_the_version_that_was_read(world: World) -> None:
    bid = await forming(world)
    answer = await write_terms(bid)
    body = ok(answer, 200)
    assert answer.headers["etag"] == f'"{await bid.version()}"'
    stale = await bid.lead.put(f"{bid.path}/concession", terms_body(), await bid.version() - 1)
    refused(stale, 412, "stale_version")
    now = await shown(bid)
    assert {key: now[key] for key in body} == body
    assert now["company"] is None


async def test_what_was_proposed_changes_at_a_round_of_negotiation(world: World) -> None:
    bid = await forming(world)
    ok(await write_terms(bid), 200)
    await bid.agree()
    refused(await write_terms(bid), 409, "concession_frozen")
    ok(await bid.submit())
    refused(await write_forecast(bid, forecast_body(2025, 2026, 2027)), 409, "concession_frozen")
    opened = {"ground": "negotiation", "reason": "Premier tour."}
    ok(await bid.lead.post(f"{bid.path}/rounds", opened))
    ok(await write_terms(bid), 200)
    ok(await write_forecast(bid, forecast_body(2025, 2026, 2027)), 200)


async def test_the_end_and_the_next_call_are_shown(world: World) -> None:
    bid = await forming(world)
    ok(await write_terms(bid, first_day="2025-08-31", months=18), 200)
    now = await shown(bid, by=world.beta)
    assert now["last_day"] == "2027-02-27"
    assert now["next_call"] == {"from": "2025-08-28", "until": "2026-02-28"}


async def test_a_forecast_is_each_civil_year_once_and_its_results_are_exact(world: World) -> None:
    bid = await forming(world)
    refused(await write_forecast(bid, forecast_body(2025, 2026, 2027)), 409, "terms_missing")
    ok(await write_terms(bid, first_day="2025-07-01"), 200)
    for years in ((2025, 2026, 2027), (2025, 2026, 2027, 2027), (2024, 2025, 2026, 2027)):
        refused(await write_forecast(bid, forecast_body(*years)), 422, "forecast_not_whole")
    body = forecast_body(2025, 2026, 2027, 2028)
    body["years"][3]["income"][0]["amount_cents"] += 1
    written = ok(await write_forecast(bid, body), 200)
    usual = (300_000 + 60_000 + 90_000 - 350_000 - 12_000) * EURO
    results = [one["result"]["amount_cents"] for one in written["years"]]
    assert results == [usual, usual, usual, usual + 1]
    now = await shown(bid, "/forecast", by=world.beta)
    assert [one["result"]["amount_cents"] for one in now["years"]] == results
    assert [one["year"] for one in now["years"]] == [2025, 2026, 2027, 2028]
    assert now["years"][0]["income"][1] == {
        "label": "Bar",
        "amount": {"amount_cents": 60_000 * EURO, "currency": "EUR"},
    }
    assert now["years"][0]["fee"]["amount_cents"] == 12_000 * EURO


@pytest.mark.parametrize("flow", ["fee", "compensation"])
async def test_a_fee_or_compensation_stands_in_the_terms_first(world: World, flow: str) -> None:
    bid = await forming(world)
    ok(await write_terms(bid, **{flow: None}), 200)
    body = forecast_body(2025, 2026, 2027)
    refused(await write_forecast(bid, body), 422, "flow_unforeseen")
    for year in body["years"]:
        year[f"{flow}_cents"] = 0
    ok(await write_forecast(bid, body), 200)


async def test_flows_go_between_parties_and_leave_the_result_alone(world: World) -> None:
    bid = await forming(world)
    ok(await write_terms(bid), 200)
    ends = {"from_party_id": bid.parties[world.alpha.member]}
    ends["to_party_id"] = bid.parties[world.beta.member]
    flow = {"label": "Coproduction", "amount_cents": 5_000 * EURO, **ends}
    plain = ok(await write_forecast(bid, forecast_body(2025, 2026, 2027)), 200)
    body = forecast_body(2025, 2026, 2027, flows=[flow])
    assert ok(await write_forecast(bid, body), 200)["years"] == plain["years"]
    (found,) = (await shown(bid, "/forecast"))["years"][1]["flows"]
    assert found["amount"]["amount_cents"] == 5_000 * EURO
    assert {key: found[key] for key in ends} == ends
    other = await forming(world)
    strange = {**flow, "to_party_id": other.parties[world.beta.member]}
    body = forecast_body(2025, 2026, 2027, flows=[strange])
    refused(await write_forecast(bid, body), 422, "unknown_party")
    itself = {**flow, "to_party_id": ends["from_party_id"]}
    body = forecast_body(2025, 2026, 2027, flows=[itself])
    refused(await write_forecast(bid, body), 422, "invalid")


async def test_a_label_stands_once_in_its_list(world: World) -> None:
    bid = await running(world)
    lines = [{"label": one, "amount_cents": 1} for one in ("Bar", "BAR")]
    refused(await record_year(bid, 2025, income=lines), 422, "invalid")


async def test_figures_show_their_difference_line_by_line(world: World) -> None:
    bid = await running(world)
    fewer = [{"label": "billetterie", "amount_cents": 280_000 * EURO}]
    ok(await record_year(bid, 2025, income=fewer))
    (year,) = (await shown(bid, "/years", by=world.beta))["items"]
    assert (year["year"], year["number"]) == (2025, 1)
    cents = {
        (one["kind"], (one["label"] or "").lower()): tuple(
            one[name]["amount_cents"] // EURO for name in ("forecast", "actual", "difference")
        )
        for one in year["lines"]
    }
    assert cents == {
        ("income", "billetterie"): (300_000, 280_000, -20_000),
        ("income", "bar"): (60_000, 0, -60_000),
        ("cost", "salaires"): (350_000, 350_000, 0),
        ("fee", ""): (12_000, 12_000, 0),
        ("compensation", ""): (90_000, 90_000, 0),
    }
    assert year["result"]["forecast"]["amount_cents"] == 88_000 * EURO
    assert year["result"]["difference"]["amount_cents"] == -80_000 * EURO


async def test_figures_are_corrected_by_a_new_version(world: World) -> None:
    bid = await running(world)
    assert ok(await record_year(bid, 2025))["number"] == 1
    assert ok(await record_year(bid, 2025, wages=1))["number"] == 2
    (year,) = (await shown(bid, "/years"))["items"]
    assert year["number"] == 2
    assert next(one for one in year["lines"] if one["label"] == "Salaires")["actual"] == {
        "amount_cents": 1,
        "currency": "EUR",
    }


async def test_figures_are_of_a_year_of_the_concession_that_has_begun(world: World) -> None:
    bid = await running(world)
    refused(await record_year(bid, 2024), 422, "outside_concession")
    refused(await record_year(bid, 2027), 422, "outside_concession")
    ok(await record_year(bid, 2026))


async def test_nothing_is_run_before_it_is_won(world: World) -> None:
    bid = await forming(world)
    ok(await write_terms(bid, company_name="SAS Le Fil"), 200)
    for answer in (
        await record_year(bid, 2025),
        await hand_in(bid, 2025, "2026-02-01"),
        await create_company(bid, siren("fil")),
    ):
        refused(answer, 409, "not_awarded")
    assert await shown(bid, "/reports") == {"items": []}


async def test_l3131_5_the_report_is_due_before_the_first_of_june(world: World) -> None:
    bid = await won(world)
    ok(await write_terms(bid, first_day="2024-01-01"), 200)
    due = (await shown(bid, "/reports", by=world.beta))["items"]
    assert [(one["year"], one["due_before"], one["late"]) for one in due] == [
        (2024, "2025-06-01", True),
        (2025, "2026-06-01", False),
        (2026, "2027-06-01", False),
    ]
    assert ok(await hand_in(bid, 2024, "2025-06-01"))["late"] is True
    assert ok(await hand_in(bid, 2025, "2026-02-15"))["late"] is False
    assert (
        "L3131-5" in refused(await hand_in(bid, 2025, "2026-03-01"), 409, "report_exists")["title"]
    )
    refused(await hand_in(bid, 2026, "2026-03-01"), 422, "invalid")
    refused(await hand_in(bid, 2023, "2025-03-01"), 422, "outside_concession")
    due = (await shown(bid, "/reports"))["items"]
    assert [(one["handed_in_on"], one["late"]) for one in due] == [
        ("2025-06-01", True),
        ("2026-02-15", False),
        (None, False),
    ]


async def test_a_report_is_not_handed_in_tomorrow(world: World) -> None:
    bid = await running(world)
    refused(await hand_in(bid, 2025, "2026-03-09"), 422, "invalid")


async def test_r3135_6_a_company_takes_over_where_that_was_foreseen_and_once(world: World) -> None:
    bid = await running(world)
    number = siren("le fil")
    assert (
        "R3135-6" in refused(await create_company(bid, number), 409, "company_unforeseen")["title"]
    )
    ok(await write_terms(bid, company_name="SAS Le Fil"), 200)
    refused(await create_company(bid, "123456789"), 422, "invalid_siren")
    ok(await create_company(bid, number))
    refused(await create_company(bid, number), 409, "company_exists")
    company = (await shown(bid, by=world.beta))["company"]
    assert (company["name"], company["siren"]) == ("SAS Le Fil", number)


async def test_its_lead_writes_its_parties_read_and_the_cluster_once_it_is_won(
    world: World,
) -> None:
    bid = await forming(world)
    ok(await write_terms(bid), 200)
    forecast = forecast_body(2025, 2026, 2027)
    ok(await write_forecast(bid, forecast, by=world.contributor), 200)
    refused(await write_terms(bid, by=world.contributor), 403, "forbidden")
    refused(await write_terms(bid, by=world.beta), 403, "not_lead")
    refused(await write_forecast(bid, forecast, by=world.beta), 403, "not_lead")
    for part in ("", "/forecast", "/years", "/reports"):
        path = f"{bid.path}/concession{part}"
        ok(await world.beta.get(path), 200)
        for person in (world.coordinator, world.treasurer, world.gamma):
            refused(await person.get(path), 404, "not_found")
    await finish(bid)
    for part in ("", "/forecast", "/years", "/reports"):
        path = f"{bid.path}/concession{part}"
        ok(await world.treasurer.get(path), 200)
        refused(await world.gamma.get(path), 404, "not_found")


async def finish(bid: Bid) -> None:
    """It is agreed, handed in and won."""
    await bid.agree()
    ok(await bid.submit())
    ok(await bid.award(amount=None))


@pytest.mark.parametrize("part", ["", "/forecast", "/years", "/versions", "/forecasts/1"])
async def test_who_is_shown_its_amounts_is_on_record(world: World, part: str) -> None:
    bid = await running(world)
    ok(await record_year(bid, 2025))
    assert await openings(world, bid, world.treasurer) == []
    await shown(bid, part, by=world.treasurer)
    assert len(await openings(world, bid, world.treasurer)) == 1


async def test_a_year_has_something_in_it(world: World) -> None:
    bid = await running(world)
    refused(await record_year(bid, 2025, income=[], costs=[]), 422, "invalid")
