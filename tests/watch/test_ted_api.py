"""TED asked over HTTP: whole days, through everything that its two servers may answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.watch import service
from app.watch.domain import UnreadableItem
from app.watch.service import ImportRunning, Run, import_source, retry_set_aside
from app.watch.sources import SourceFailure
from app.watch.sources.daily import PAGE_ITEMS
from app.watch.sources.ted_api import pages
from tests.watch.eforms_samples import notice
from tests.watch.notices import one
from tests.watch.portal import Naps, asking
from tests.watch.ted_site import Said, Ted, asked_of
from tests.world import NOW

MONDAY, TUESDAY = date(2025, 8, 18), date(2025, 8, 19)
GOOD = notice().encode()


@pytest.fixture
def ted() -> Iterator[Ted]:
    with Ted() as running:
        yield running


async def collect(
    ted: Ted, naps: Naps, since: date = MONDAY, until: date = MONDAY, **more: Any
) -> tuple[list[object], list[str | None], str | None]:
    """The items, the cursors, and the failure that ended them, if any."""
    items: list[object] = []
    cursors: list[str | None] = []
    async with asked_of(ted.url, since, until, naps, documents=ted.url, **more) as asked:
        try:
            async for page in pages(asked):
                items += page.items
                cursors.append(page.cursor)
        except SourceFailure as failure:
            return items, cursors, failure.detail
    return items, cursors, None


def numbers(count: int, start: int = 1) -> list[str]:
    return [f"{number}-2025" for number in range(start, start + count)]


async def test_a_day_is_searched_by_pages_and_each_notice_fetched_once(
    ted: Ted, naps: Naps
) -> None:
    ted.days = {"20250818": numbers(620), "20250819": numbers(3, 1000)}
    items, cursors, failure = await collect(ted, naps, MONDAY, TUESDAY)
    assert failure is None
    assert len(items) == 623
    assert set(ted.fetched.values()) == {1}
    assert cursors[0] == f"2025-08-18 {PAGE_ITEMS}-2025"
    assert cursors[-1] == "2025-08-19 1002-2025"
    # Three pages and the empty one that ends the list; then the same for the other day.
    assert [one.get("iterationNextToken") for one in ted.searches] == [
        None,
        "250",
        "500",
        "620",
        None,
        "3",
    ]
    first = ted.searches[0]
    assert first["query"] == "(buyer-country=FRA) AND publication-date=20250818"
    assert (first["scope"], first["paginationMode"]) == ("ALL", "ITERATION")
    assert first["limit"] * len(first["fields"]) <= 10_000


async def test_another_search_is_a_setting(ted: Ted, naps: Naps) -> None:
    await collect(ted, naps, query="classification-cpv=45* OR buyer-country=BEL")
    assert ted.searches[0]["query"] == (
        "(classification-cpv=45* OR buyer-country=BEL) AND publication-date=20250818"
    )


async def test_one_goes_on_after_the_last_number_stored_whatever_the_order(
    ted: Ted, naps: Naps
) -> None:
    ted.days = {"20250818": ["30-2025", "4-2025", "100-2025", "0030-2025"], "20250819": ["1-2025"]}
    items, cursors, _ = await collect(ted, naps, MONDAY, TUESDAY, cursor="2025-08-18 30-2025")
    assert list(ted.fetched) == ["100-2025", "1-2025"]
    assert len(items) == 2
    assert cursors == ["2025-08-18 100-2025", "2025-08-19 1-2025"]


@pytest.mark.parametrize("cursor", ["", "hier", "2025-08-18", "2025-08-18 x", "2024-01-01 5-2024"])
async def test_a_cursor_that_says_nothing_begins_anew(ted: Ted, naps: Naps, cursor: str) -> None:
    ted.days = {"20250818": ["4-2025"]}
    assert len((await collect(ted, naps, cursor=cursor))[0]) == 1


async def test_a_repeated_page_ends_the_list(ted: Ted, naps: Naps) -> None:
    again = {"notices": [{"publication-number": "4-2025"}], "iterationNextToken": "0"}
    ted.script = [Said(body=json.dumps(again).encode(), kind="application/json")] * 9
    items, _, failure = await collect(ted, naps)
    assert (len(items), failure, len(ted.searches)) == (1, None, 2)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_passes_is_waited_for(ted: Ted, naps: Naps, status: int) -> None:
    ted.days = {"20250818": numbers(2)}
    ted.script = [Said(status, headers=(("retry-after", "7"),)), Said(status)]
    ted.documents = {"2-2025": [Said(status), Said(body=GOOD)]}
    items, _, failure = await collect(ted, naps)
    assert (len(items), failure) == (2, None)
    assert naps.seconds[0] == 7


async def test_a_bad_token_fails_the_run_and_the_next_one_begins_anew(ted: Ted, naps: Naps) -> None:
    ted.days = {"20250818": numbers(3)}
    first = {"notices": [{"publication-number": "1-2025"}], "iterationNextToken": "périmé"}
    ted.script = [Said(body=json.dumps(first).encode(), kind="application/json")]
    items, _, failure = await collect(ted, naps)
    assert (items, failure) == ([], "La source répond 500.")
    assert len((await collect(ted, naps))[0]) == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>503</html>", "autre chose que du JSON"),
        (b"", "autre chose que du JSON"),
        (b'{"notices": [{"publication-nu', "autre chose que du JSON"),
        (b"[]", "forme attendue"),
        (b'{"notices": null}', "forme attendue"),
        (b'{"notices": [], "timedOut": true}', "terme"),
    ],
)
async def test_a_search_that_makes_no_sense_fails(
    ted: Ted, naps: Naps, body: bytes, said: str
) -> None:
    ted.script = [Said(body=body)]
    _, _, failure = await collect(ted, naps)
    assert failure is not None
    assert said in failure


async def test_notices_without_a_number_are_missed_aloud_after_the_others(
    ted: Ted, naps: Naps
) -> None:
    odd: list[object] = [{}, None, {"publication-number": ["7-2025"]}, {"publication-number": 8}]
    envelope = {"notices": odd, "totalNoticeCount": 4, "iterationNextToken": None}
    ted.script = [Said(body=json.dumps(envelope).encode(), kind="application/json")]
    items, _, failure = await collect(ted, naps)
    assert list(ted.fetched) == ["7-2025"]
    assert len(items) == 1
    assert failure == "La source a annoncé 3 avis qu'elle n'a pas donnés."


async def test_a_page_lost_in_the_middle_is_missed_aloud(ted: Ted, naps: Naps) -> None:
    ted.days, ted.total = {"20250818": numbers(2)}, 250
    items, _, failure = await collect(ted, naps)
    assert len(items) == 2
    assert failure is not None
    assert "248 avis" in failure


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Said(404), "La source répond 404."),
        (Said(500), "La source répond 500."),
        (Said(410), "La source répond 410."),
        (Said(body=b"<!DOCTYPE html><p>Maintenance"), "une page"),
        (Said(body=b"<p>Maintenance</p>", kind="text/html"), "une page"),
        (Said(body=b" "), "vide"),
        (Said(body=b"x" * (21 * 1_048_576)), "20 Mio"),
        (Said(body=b"pas du gzip", headers=(("content-encoding", "gzip"),)), "abîmée"),
        (Said(body=b'<?xml version="1.0" encoding="x-rot13"?><a/>'), "encodage"),
    ],
)
async def test_a_document_that_cannot_be_had_is_set_aside_with_its_address(
    ted: Ted, naps: Naps, answer: Said, reason: str
) -> None:
    ted.days = {"20250818": numbers(3)}
    ted.documents = {"2-2025": [answer]}
    items, _, failure = await collect(ted, naps)
    assert failure is None
    assert [isinstance(item, str) for item in items] == [True, False, True]
    refused = items[1]
    assert isinstance(refused, UnreadableItem)
    assert reason in str(refused)
    assert refused.address == f"{ted.url}/en/notice/2-2025/xml"


async def test_documents_that_fail_in_a_row_are_the_sources_failure(ted: Ted, naps: Naps) -> None:
    ted.days = {"20250818": numbers(9)}
    ted.documents = {one: [Said(403)] for one in numbers(9, 4)}
    items, cursors, failure = await collect(ted, naps)
    assert len(items) == 6
    assert cursors == [None]
    assert failure == "3 avis de suite sont illisibles : La source répond 403."


async def test_documents_too_heavy_together_come_in_pages_of_their_own(
    ted: Ted, naps: Naps
) -> None:
    ted.days = {"20250818": numbers(3)}
    heavy = GOOD.replace(b"Deux visites", b"Deux visites" * 300_000)
    ted.documents = {"1-2025": [Said(body=heavy)], "2-2025": [Said(body=heavy)]}
    _, cursors, _ = await collect(ted, naps)
    assert cursors == ["2025-08-18 2-2025", "2025-08-18 3-2025"]


@pytest.fixture
async def ted_on(owner: Database, ted: Ted) -> AsyncIterator[None]:
    """The source, turned on towards the loopback, asked for the days up to the fixed moment."""
    async with owner.transaction() as session:
        source = await service.enable_source(session, "ted", base_url=ted.url, pace_ms=0)
        before = dict(source.settings)
        source.settings = {**before, "documents": ted.url}
    yield
    async with owner.transaction() as session:
        source = await service.disable_source(session, "ted")
        source.settings, source.last_success_at, source.failing_since = before, None, None
        source.base_url, source.quiet_until, source.last_error = ("https://x.invalid", None, None)


async def fetch(importer: Database, naps: Naps) -> Run:
    run = await import_source(asking(importer, naps), "ted", sole=True)
    assert run is not None
    return run


@pytest.mark.usefixtures("ted_on")
async def test_a_truncated_document_is_set_aside_and_the_others_arrive(
    importer: Database, owner: Database, ted: Ted, naps: Naps
) -> None:
    day = f"{NOW:%Y%m%d}"
    ted.days = {day: numbers(5, 900_001)}
    whole = notice(published="00900003-2025").encode()
    ted.documents = {"900003-2025": [Said(body=whole[: len(whole) // 2])]}
    run = await fetch(importer, naps)
    assert (run.state, run.counts.new, run.counts.set_aside) == ("done", 4, 1)
    assert run.counts.reasons == {"Le document XML est incomplet ou mal formé.": 1}
    ted.documents = {}
    again = await fetch(importer, naps)
    assert (again.counts.new, again.counts.same) == (1, 4)
    row = await one(
        owner, "SELECT source, url, nuts FROM notice WHERE source_id = :id", id="900003-2025"
    )
    assert row[:2] == ("ted", "https://ted.europa.eu/fr/notice/-/detail/900003-2025")
    kept = await one(
        owner,
        "SELECT raw #>> '{}' FROM notice_version v JOIN notice n ON n.id = v.notice_id"
        " WHERE n.source_id = :id",
        id="900003-2025",
    )
    assert kept[0] == whole.decode()


async def pending(owner: Database) -> dict[str, tuple[str, bool]]:
    """What is set aside of TED: reason, and whether there is a body, by address."""
    query = text(
        "SELECT s.address, s.reason, s.raw <> '' FROM set_aside s"
        " JOIN import_run r ON r.id = s.run_id WHERE r.source = 'ted' AND s.retried_at IS NULL"
    )
    async with owner.transaction() as session:
        return {row[0]: (row[1], row[2]) for row in await session.execute(query)}


LATE = {
    "930001-2025": Said(404),
    "930003-2025": Said(500),
    "930005-2025": Said(body=GOOD[:900]),
    "930007-2025": Said(body=GOOD[:900], headers=(("content-length", "5000"),)),
}
"""Not there yet, a fault, and cut: as if it were whole, and in the middle of the answer."""


@pytest.mark.usefixtures("ted_on")
async def test_what_never_arrived_is_asked_for_again_by_retry(
    importer: Database, owner: Database, ted: Ted, naps: Naps
) -> None:
    ted.days = {f"{NOW:%Y%m%d}": numbers(8, 930_001)}
    ted.documents = {number: [said] for number, said in LATE.items()}
    run = await fetch(importer, naps)
    assert (run.state, run.counts.new, run.counts.set_aside) == ("done", 4, 4)
    addresses = {f"{ted.url}/en/notice/{number}/xml" for number in LATE}
    assert set(await pending(owner)) == addresses
    del ted.documents["930007-2025"]
    again = await retry_set_aside(asking(importer, naps), "ted")
    assert (again.state, again.counts.new, again.counts.set_aside) == ("done", 1, 3)
    ted.documents, asked = {}, ted.fetched.total()
    async with owner.transaction() as session:
        await service.disable_source(session, "ted")
    off = await retry_set_aside(asking(importer, naps), "ted")
    assert (off.counts.set_aside, ted.fetched.total()) == (3, asked)
    async with owner.transaction() as session:
        await service.enable_source(session, "ted")
    assert (await retry_set_aside(asking(importer, naps), "ted")).counts.new == 3
    assert await pending(owner) == {}
    assert (await retry_set_aside(asking(importer, naps), "ted")).counts.seen == 0


@pytest.mark.usefixtures("ted_on")
async def test_what_never_arrived_comes_with_a_later_run_while_its_day_is_asked_for(
    importer: Database, owner: Database, ted: Ted, naps: Naps
) -> None:
    ted.days = {f"{NOW:%Y%m%d}": numbers(2, 940_001)}
    ted.documents = {"940001-2025": [Said(404)]}
    await fetch(importer, naps)
    await fetch(importer, naps)
    assert len(await pending(owner)) == 1
    ted.documents = {}
    assert (await fetch(importer, naps)).counts.new == 1
    assert await pending(owner) == {}


@pytest.mark.usefixtures("ted_on")
async def test_a_source_that_gives_nothing_again_is_left_alone(
    importer: Database, owner: Database, ted: Ted, naps: Naps
) -> None:
    ted.days = {f"{NOW:%Y%m%d}": numbers(10, 950_001)}
    ted.documents = {number: [Said(404)] for number in numbers(10, 950_001)[::2]}
    assert (await fetch(importer, naps)).counts.set_aside == 5
    asked = ted.fetched.total()
    again = await retry_set_aside(asking(importer, naps), "ted")
    assert (again.state, again.counts.seen) == ("failed", 5)
    assert again.error == "3 avis de suite sont illisibles : La source répond 404."
    assert ted.fetched.total() == asked + 3
    ted.documents = {}
    await retry_set_aside(asking(importer, naps), "ted")
    assert await pending(owner) == {}


@pytest.mark.usefixtures("ted_on")
async def test_what_is_set_aside_is_not_asked_for_beside_an_import(
    importer: Database, ted: Ted, naps: Naps
) -> None:
    ted.days = {f"{NOW:%Y%m%d}": numbers(1, 960_001)}
    ted.script = [Said(503)]
    tried: list[bool] = []

    async def meanwhile(_seconds: float) -> None:
        with pytest.raises(ImportRunning):
            await retry_set_aside(asking(importer, naps), "ted")
        tried.append(True)

    assert await import_source(asking(importer, meanwhile), "ted", sole=True)
    assert tried


@pytest.mark.usefixtures("ted_on")
async def test_a_run_that_fails_half_way_keeps_what_came(
    importer: Database, owner: Database, ted: Ted, naps: Naps
) -> None:
    ted.days = {f"{NOW:%Y%m%d}": numbers(40, 910_001)}
    ted.documents = {one: [Said(500)] for one in numbers(10, 910_031)}
    run = await fetch(importer, naps)
    assert (run.state, run.error) == (
        "failed",
        "3 avis de suite sont illisibles : La source répond 500.",
    )
    assert (run.counts.new, run.counts.set_aside) == (30, 3)
    ted.documents = {}
    assert (await fetch(importer, naps)).counts.new == 10
    async with owner.transaction() as session:
        failing = await session.scalar(text("SELECT failing_since FROM source WHERE id = 'ted'"))
    assert failing is None


@pytest.mark.usefixtures("ted_on")
async def test_a_large_day_arrives_whole_and_once_through_interruptions(
    importer: Database, owner: Database, ted: Ted, naps: Naps
) -> None:
    count = 300
    ted.days = {f"{NOW:%Y%m%d}": numbers(count, 920_001)}
    for _ in range(3):
        running = asyncio.create_task(fetch(importer, naps))
        await asyncio.sleep(0.4)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    run = await fetch(importer, naps)
    assert run.state == "done"
    stored = await one(
        owner,
        "SELECT count(*), max(version) FROM notice"
        " WHERE source = 'ted' AND source_id LIKE '92____-%'",
    )
    assert tuple(stored) == (count, 1)
