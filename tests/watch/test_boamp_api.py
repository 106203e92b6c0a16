"""Importing from the bulletin's portal: a real server on the loopback, and how it misbehaves."""

import asyncio
import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.watch import service
from app.watch.sources import polite
from tests.watch.notices import one
from tests.watch.portal import CONTACT, PATH, Answer, Naps, Portal, asking, fetch, today
from tests.world import NOW

TODAY = NOW.date().isoformat()
pytestmark = pytest.mark.usefixtures("boamp_on")


async def source(owner: Database) -> Any:
    return await one(owner, "SELECT * FROM source WHERE id = 'boamp'")


async def test_pages_of_a_window_of_days_are_asked_in_order(
    importer: Database, owner: Database, portal: Portal, naps: Naps
) -> None:
    portal.records = today(230)
    run = await fetch(importer, naps)
    assert (run.state, run.counts.new) == ("done", 230)
    assert [(asked.query["where"], asked.query["offset"]) for asked in portal.asked] == [
        ("dateparution >= date'2026-02-27' and dateparution < date'2026-02-28'", "0"),
        ("dateparution >= date'2026-02-28' and dateparution < date'2026-03-01'", "0"),
        ("dateparution >= date'2026-03-01' and dateparution < date'2026-03-02'", "0"),
        ("dateparution >= date'2026-03-02'", "0"),
        ("dateparution >= date'2026-03-02'", "100"),
        ("dateparution >= date'2026-03-02'", "200"),
    ]
    first = portal.asked[0]
    assert first.path == PATH
    assert first.query["limit"] == "100"
    assert first.query["order_by"] == "dateparution,idweb"
    assert CONTACT in first.headers["user-agent"]
    row = await source(owner)
    assert (row.last_success_at, row.failing_since, row.last_error) == (NOW, None, None)


async def test_the_window_opens_where_the_last_success_closed(
    importer: Database, owner: Database, portal: Portal, naps: Naps
) -> None:
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE source SET last_success_at = :at"), {"at": NOW - timedelta(days=10)}
        )
    await fetch(importer, naps)
    assert portal.asked[0].query["where"].startswith("dateparution >= date'2026-02-17'")


async def test_a_source_that_is_off_is_never_called(
    importer: Database, owner: Database, portal: Portal
) -> None:
    async with owner.transaction() as session:
        await service.disable_source(session, "boamp")
    run = await service.import_source(asking(importer, asyncio.sleep), "boamp")
    assert run is None
    assert portal.asked == []


async def test_requests_keep_their_pace(
    importer: Database, owner: Database, portal: Portal, naps: Naps
) -> None:
    async with owner.transaction() as session:
        await service.enable_source(session, "boamp", pace_ms=700)
    portal.records = today(150)
    await fetch(importer, naps)
    assert naps.seconds == [0.7] * 4


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "17"}, [17.0]),
        ({"Retry-After": "Mon, 02 Mar 2026 09:00:30 GMT"}, [30.0]),
        ({"X-RateLimit-Reset": "2026-03-02T09:01:00+00:00"}, [60.0]),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 45)}, [45.0]),
        ({}, [2.0]),
        ({"Retry-After": "soon"}, [2.0]),
    ],
)
async def test_a_refusal_for_haste_is_waited_out(
    importer: Database, portal: Portal, naps: Naps, headers: dict[str, str], waits: list[float]
) -> None:
    portal.records = today()
    portal.script = [Answer(429, headers=headers)]
    run = await fetch(importer, naps)
    assert (run.state, run.counts.new) == ("done", 1)
    assert naps.seconds == waits


async def test_a_real_wait_is_slept(importer: Database, portal: Portal) -> None:
    portal.records = today()
    portal.script = [Answer(429, headers={"Retry-After": "1"})]
    begun = asyncio.get_running_loop().time()
    run = await service.import_source(asking(importer, asyncio.sleep), "boamp")
    assert run is not None
    assert run.state == "done"
    assert asyncio.get_running_loop().time() - begun >= 1


async def test_too_long_a_wait_ends_the_run_and_leaves_the_source_in_peace(
    importer: Database, owner: Database, portal: Portal, naps: Naps
) -> None:
    portal.script = [Answer(429, headers={"Retry-After": "7200"})]
    run = await fetch(importer, naps)
    assert (run.state, naps.seconds) == ("failed", [])
    row = await source(owner)
    assert row.quiet_until == NOW + timedelta(hours=2)
    assert "120 min" in row.last_error
    async with importer.transaction() as session:
        assert await service.request_due_imports(session, NOW + timedelta(hours=1)) == []


async def test_a_used_up_quota_is_waited_for_before_the_next_page(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    portal.records = today(150)
    page = json.dumps({"total_count": 150, "results": portal.records[:100]}).encode()
    reset = str(int(NOW.timestamp()) + 20)
    quota = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    portal.script = [Answer(200, page, quota)]
    run = await fetch(importer, naps)
    assert (run.state, naps.seconds) == ("done", [20.0])


async def test_a_server_in_trouble_is_tried_again_but_not_for_ever(
    importer: Database, owner: Database, portal: Portal, naps: Naps
) -> None:
    portal.records = today()
    portal.script = [Answer(503), Answer(500)]
    assert (await fetch(importer, naps)).state == "done"
    assert naps.seconds == [2.0, 4.0]
    portal.script = [Answer(502)] * 20
    failed = await fetch(importer, naps)
    assert (failed.state, failed.error) == ("failed", "La source répond 502.")
    assert len(portal.script) == 20 - polite.ATTEMPTS
    row = await source(owner)
    assert (row.failing_since, row.last_error) == (NOW, "La source répond 502.")


async def test_a_request_that_the_source_refuses_is_told_at_once(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    body = json.dumps({"message": "ODSQL syntax exception"}).encode()
    portal.script = [Answer(400, body)]
    run = await fetch(importer, naps)
    assert run.error == "La source répond 400. « ODSQL syntax exception »"
    assert len(portal.asked) == 1


async def test_a_page_of_html_is_a_clear_failure(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    html = {"Content-Type": "text/html; charset=utf-8"}
    portal.script = [Answer(200, b"<html>Maintenance</html>", html)]
    run = await fetch(importer, naps)
    assert run.error == "La source a répondu autre chose que du JSON (text/html)."


@pytest.mark.parametrize("body", [b"[]", b'{"results": []}', b'{"total_count": 1}', b"3"])
async def test_another_shape_is_a_clear_failure(
    importer: Database, portal: Portal, naps: Naps, body: bytes
) -> None:
    portal.script = [Answer(200, body)]
    assert "forme attendue" in ((await fetch(importer, naps)).error or "")


async def test_a_packed_page_is_read_and_a_bomb_is_not(
    importer: Database, portal: Portal, naps: Naps, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = {"Content-Encoding": "gzip"}
    page = json.dumps({"total_count": 1, "results": today()}).encode()
    portal.script = [Answer(200, gzip.compress(page), packed)]
    assert (await fetch(importer, naps)).counts.new == 1
    monkeypatch.setattr(polite, "MAX_PAGE_BYTES", 1_048_576)
    portal.script = [Answer(200, gzip.compress(b" " * 5_000_000), packed)]
    assert (await fetch(importer, naps)).error == "La réponse dépasse 1 Mio."
    portal.script = [Answer(200, b" " * 5_000_000)]
    assert (await fetch(importer, naps)).error == "La réponse dépasse 1 Mio."


async def test_redirections_stay_on_the_source(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    portal.records = today()
    away = {"Location": "http://localhost:1/elsewhere"}
    portal.script = [Answer(302, headers=away)]
    assert "autre site (localhost)" in ((await fetch(importer, naps)).error or "")
    page = json.dumps({"total_count": 1, "results": portal.records}).encode()
    portal.script = [Answer(301, headers={"Location": "/moved"}), Answer(200, page)]
    asked = len(portal.asked)
    assert (await fetch(importer, naps)).state == "done"
    assert portal.asked[asked + 1].path == "/moved"
    portal.script = [Answer(302, headers={"Location": "/again"})] * 9
    assert "sans fin" in ((await fetch(importer, naps)).error or "")


async def test_a_failure_on_the_way_keeps_what_arrived_and_is_made_good_later(
    importer: Database, owner: Database, portal: Portal, naps: Naps
) -> None:
    portal.records = today(150)
    page = json.dumps({"total_count": 150, "results": portal.records[:100]}).encode()
    portal.script = [Answer(200, page), *[Answer(503)] * polite.ATTEMPTS]
    failed = await fetch(importer, naps)
    assert (failed.state, failed.counts.new) == ("failed", 100)
    assert (await source(owner)).failing_since == NOW
    again = await fetch(importer, naps)
    assert (again.state, again.counts.new, again.counts.same) == ("done", 50, 100)
    row = await source(owner)
    assert (row.failing_since, row.last_error) == (None, None)


async def test_an_unreadable_record_keeps_no_other_out(
    importer: Database, portal: Portal, naps: Naps
) -> None:
    portal.records = [*today(2), {"idweb": "??", "dateparution": TODAY}]
    counts = (await fetch(importer, naps)).counts
    assert (counts.new, counts.set_aside) == (2, 1)
