"""Le Fil over HTTP: a venue's concession, from the tender to the end, as its people live it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from app.infra.db import Database
from app.main import create_app
from app.settings import Settings
from tests.concessions.steps import create_company, hand_in, record_year, shown
from tests.consortia.steps import EURO, Bid, ok, refused, write_tender
from tests.world import NOW, World, build_world, siren

YEARS = (2026, 2027, 2028, 2029)
FIRST_DAY, MONTHS = "2026-07-01", 36


class Clock:
    """The moment it is, moved by the story."""

    now = NOW


@pytest.fixture
async def clock() -> Clock:
    """It begins where all tests are."""
    return Clock()


@pytest.fixture
async def venue(settings: Settings, owner: Database, clock: Clock) -> AsyncIterator[World]:
    """A cluster in a service whose clock moves; its people stay signed in."""
    app = create_app(settings, clock=lambda: clock.now)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        world = await build_world(client, owner)
        stay = text("UPDATE token SET expires_at = :until, kind = 'api' WHERE cluster_id = :id")
        until = NOW + timedelta(days=3_000)
        async with owner.transaction() as session:
            await session.execute(stay, {"until": until, "id": world.cluster_id})
        yield world


def year_of(bid: Bid, tickets: int, *, months: int = 12) -> Any:
    """A season of the venue, in euros: what it takes in, what it costs, who pays whom."""
    lead, other, _ = bid.parties.values()
    part: Callable[[int], int] = lambda euros: euros * EURO * months // 12  # noqa: E731
    return {
        "income": [
            {"label": "Billetterie", "amount_cents": part(tickets)},
            {"label": "Bar", "amount_cents": part(110_000)},
            {"label": "Subvention du CNM", "amount_cents": part(60_000)},
        ],
        "costs": [
            {"label": "Artistes et techniciens", "amount_cents": part(420_000)},
            {"label": "Équipe", "amount_cents": part(510_000)},
        ],
        "fee_cents": part(24_000),
        "compensation_cents": part(480_000),
        "flows": [
            {
                "label": "Coproduction du festival",
                "from_party_id": lead,
                "to_party_id": other,
                "amount_cents": part(30_000),
            }
        ],
    }


async def write(bid: Bid, tickets: int) -> list[int]:
    """The lead writes terms and forecast of a bid; gives each year's result in euros."""
    terms = {
        "first_day": FIRST_DAY,
        "months": MONTHS,
        "investments_cents": 150_000 * EURO,
        "fee": "24 000 € par an.",
        "compensation": "480 000 € par an, contre les contraintes de service public.",
        "company_name": "SCIC du Fil",
    }
    path = f"{bid.path}/concession"
    ok(await bid.lead.put(path, terms, await bid.version()), 200)
    years = [
        {"year": year, **year_of(bid, tickets, months=6 if year in {2026, 2029} else 12)}
        for year in YEARS
    ]
    written = await bid.lead.put(f"{path}/forecast", {"years": years}, await bid.version())
    return [one["result"]["amount_cents"] // EURO for one in ok(written, 200)["years"]]


async def agree_and_hand_in(bid: Bid, at: str) -> None:
    """Everyone approves the newest split, and the bid goes out."""
    ok(await bid.write(bid.shares(5_000, 3_000, 2_000, amount=None)), 200)
    await bid.agree()
    ok(await bid.submit(at))


async def test_le_fil_from_the_tender_to_the_end(venue: World, clock: Clock) -> None:
    # Three companies apply for the venue together; the composition is frozen.
    tender = await write_tender(venue, lots=1, concession=True)
    bid = await Bid.form(tender, venue.alpha, venue.beta, venue.gamma, name="La Limace")
    assert await write(bid, 300_000) == [-2_000, -4_000, -4_000, -2_000]
    applied = {"submitted_at": "2026-03-02T08:00:00Z"}
    ok(await bid.lead.post(f"{bid.path}/applications", applied))

    # The initial bid, then two rounds of negotiation: terms and forecast are written anew.
    await agree_and_hand_in(bid, NOW.isoformat())
    for number, tickets in enumerate((310_000, 320_000), 1):
        clock.now = NOW + timedelta(days=number)
        opened = {"ground": "negotiation", "reason": f"Tour {number}."}
        ok(await bid.lead.post(f"{bid.path}/rounds", opened))
        results = await write(bid, tickets)
        await agree_and_hand_in(bid, clock.now.isoformat())
    assert results == [8_000, 16_000, 16_000, 8_000]
    refused(await bid.lead.put(f"{bid.path}/concession", {}, 1), 422, "invalid")

    # Won, for no amount: the operator carries the risk. The cluster sees it from now on.
    refused(await venue.coordinator.get(f"{bid.path}/concession"), 404, "not_found")
    ok(await bid.award(amount=None, notified_on=clock.now.date().isoformat()))
    now = await shown(bid, by=venue.coordinator)
    assert (now["number"], now["last_day"]) == (3, "2029-06-30")
    assert now["next_call"] == {"from": "2028-01-01", "until": "2028-07-01"}
    forecast = await shown(bid, "/forecast", by=venue.gamma)
    assert [one["result"]["amount_cents"] // EURO for one in forecast["years"]] == results

    # The company that takes over.
    clock.now = datetime(2026, 6, 15, 9, tzinfo=UTC)
    ok(await create_company(bid, siren("scic du fil")))
    assert (await shown(bid, by=venue.beta))["company"]["siren"] == siren("scic du fil")

    # Three years: figures in spring, a report before 1 June; that of 2027 comes late.
    handed_in = {2026: "2027-05-31", 2027: "2028-06-01", 2028: "2029-04-15"}
    for year, on in handed_in.items():
        clock.now = datetime.fromisoformat(f"{on}T09:00:00+00:00")
        months = 6 if year == 2026 else 12
        ok(await record_year(bid, year, **year_of(bid, 300_000 + year, months=months)))
        missing = (await shown(bid, "/reports", by=venue.beta))["items"]
        at = next(one for one in missing if one["year"] == year)
        assert (at["handed_in_on"], at["late"]) == (None, year == 2027)
        assert ok(await hand_in(bid, year, on))["late"] is (year == 2027)
    years = (await shown(bid, "/years", by=venue.treasurer))["items"]
    assert [one["year"] for one in years] == list(handed_in)
    for one, months in zip(years, (6, 12, 12), strict=True):
        tickets = next(line for line in one["lines"] if line["label"] == "Billetterie")
        short = (one["year"] + 300_000 - 320_000) * EURO * months // 12
        assert tickets["difference"]["amount_cents"] == short
        assert one["result"]["difference"]["amount_cents"] == short
        flow = next(line for line in one["lines"] if line["kind"] == "flow")
        assert flow["difference"]["amount_cents"] == 0

    # The end: the last, half year is due before the next 1 June, and nothing after it.
    clock.now = datetime(2030, 6, 2, 9, tzinfo=UTC)
    due = (await shown(bid, "/reports"))["items"]
    assert [(one["year"], one["due_before"], one["late"]) for one in due] == [
        (2026, "2027-06-01", False),
        (2027, "2028-06-01", True),
        (2028, "2029-06-01", False),
        (2029, "2030-06-01", True),
    ]
    refused(await record_year(bid, 2030), 422, "outside_concession")
