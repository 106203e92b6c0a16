"""The steps of a concession over HTTP."""

from typing import Any

from httpx import Response

from tests.consortia.steps import EURO, Bid, ok, write_tender
from tests.world import Person, World


def terms_body(**said: Any) -> Any:
    """Three years from 2025 on, with a fee and a compensation."""
    return {
        "first_day": "2025-01-01",
        "months": 36,
        "fee": "12 000 € par an.",
        "compensation": "90 000 € par an, contre des tarifs réduits.",
        **said,
    }


def figures_body(tickets: int = 300_000 * EURO, wages: int = 350_000 * EURO, **said: Any) -> Any:
    """A year in lines: its result is tickets, bar and compensation less wages and fee."""
    return {
        "income": [
            {"label": "Billetterie", "amount_cents": tickets},
            {"label": "Bar", "amount_cents": 60_000 * EURO},
        ],
        "costs": [{"label": "Salaires", "amount_cents": wages}],
        "fee_cents": 12_000 * EURO,
        "compensation_cents": 90_000 * EURO,
        **said,
    }


def forecast_body(*years: int, **said: Any) -> Any:
    """The same each year."""
    return {"years": [{"year": year, **figures_body(**said)} for year in years]}


async def write_terms(bid: Bid, by: Person | None = None, **said: Any) -> Response:
    """Write the terms under the present version."""
    return await (by or bid.lead).put(
        f"{bid.path}/concession", terms_body(**said), await bid.version()
    )


async def write_forecast(bid: Bid, body: Any, by: Person | None = None) -> Response:
    """Write the forecast under the present version."""
    return await (by or bid.lead).put(f"{bid.path}/concession/forecast", body, await bid.version())


async def record_year(bid: Bid, year: int, by: Person | None = None, **said: Any) -> Response:
    """Record a year's figures."""
    return await (by or bid.lead).post(f"{bid.path}/concession/years/{year}", figures_body(**said))


async def hand_in(bid: Bid, year: int, on: str, by: Person | None = None) -> Response:
    """Record a year's report."""
    body = {"year": year, "handed_in_on": on}
    return await (by or bid.lead).post(f"{bid.path}/concession/reports", body)


async def create_company(bid: Bid, siren: str, by: Person | None = None) -> Response:
    """Record the company that takes over."""
    body = {"name": "SAS Le Fil", "siren": siren, "takes_over_on": "2026-01-01"}
    return await (by or bid.lead).post(f"{bid.path}/concession/company", body)


async def shown(bid: Bid, part: str = "", by: Person | None = None) -> Any:
    """The concession, or a part of it."""
    return ok(await (by or bid.lead).get(f"{bid.path}/concession{part}"), 200)


async def forming(world: World, *, concession: bool = True) -> Bid:
    """Alpha and beta talk about a concession without lots."""
    tender = await write_tender(world, lots=1, concession=concession)
    bid = await Bid.form(tender, world.alpha, world.beta)
    ok(await bid.write(bid.shares(6_000, 4_000, amount=None)), 200)
    return bid


async def won(world: World) -> Bid:
    """They have won it, without an amount."""
    bid = await forming(world)
    await bid.agree()
    ok(await bid.submit())
    ok(await bid.award(amount=None))
    return bid


async def running(world: World, **said: Any) -> Bid:
    """With terms and a forecast of three years, from 2025 on."""
    bid = await won(world)
    ok(await write_terms(bid, **said), 200)
    ok(await write_forecast(bid, forecast_body(2025, 2026, 2027)), 200)
    return bid
