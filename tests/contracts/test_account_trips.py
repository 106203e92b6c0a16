"""A receipt on the joint account: how often the database is asked, however many invoices."""

import pytest
from httpx import ASGITransport, AsyncClient

from app.infra.db import Database
from app.main import create_app
from app.settings import Settings
from tests.consortia.steps import ok
from tests.contracts.steps import approved, arrive, signed
from tests.wire import tapped
from tests.world import NOW, build_world

pytestmark = pytest.mark.xdist_group("round_trips")


async def test_a_receipt_takes_as_many_round_trips_however_many_invoices_it_pays(
    settings: Settings, owner: Database
) -> None:
    async with tapped(settings) as (behind, tap):
        app = create_app(behind, clock=lambda: NOW)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client,
        ):
            world = await build_world(client, owner)
            work = await signed(world, form="solidaire")
            bills = [await approved(work, world.beta, f"F{n}", 1_000) for n in range(8)]
            spent: list[int] = []
            for some in (bills[:1], bills[1:2], bills[2:]):
                before = tap.trips
                made = ok(await arrive(work, f"AC{len(spent)}", dict.fromkeys(some, 1_000)))
                ok(await work.lead.post(f"{work.path}/account/receipts/{made['id']}/reversals"))
                spent.append(tap.trips - before)
            # Six invoices more: not even one round trip each (statements are prepared on the way).
            assert spent[2] < spent[1] + 6
