"""Asking publishers of OCDS: each pages in its own way, and misbehaves in its own way."""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.watch.sources import SourceFailure, polite
from app.watch.sources.ocds_api import MAX_EMPTY, OcdsSettings, _place
from app.watch.sources.settings import BadSettings, checked
from tests.watch.ocds_samples import TENDER
from tests.watch.portal import Answer
from tests.watch.publisher import PATH, Publisher, Reading, releases

WINDOWS = {"from": "from", "to": "to"}


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as running:
        running.releases = releases(5)
        yield running


def ids(count: int = 5, day: str = "2026-03-01") -> list[str]:
    return [str(one["id"]) for one in releases(count, day)]


@pytest.mark.parametrize(
    ("style", "asked"),
    [
        ("links", [None, "2", "4"]),
        ("pages", ["1", "2", "3", "4"]),
        ("offset", ["0", "2", "4", "5"]),
    ],
)
async def test_each_style_of_paging_brings_all_pages(
    publisher: Publisher, style: str, asked: list[str | None]
) -> None:
    assert await Reading(publisher).ids(paging=style, query={"stages": "tender"}) == ids()
    name = {"links": "cursor", "pages": "page", "offset": "offset"}[style]
    assert [query.get(name) for query in publisher.asked] == asked
    assert {query["stages"] for query in publisher.asked} == {"tender"}


async def test_one_answer_may_hold_all(publisher: Publisher) -> None:
    assert await Reading(publisher).ids(paging="none") == ids(2)
    assert len(publisher.asked) == 1


async def test_windows_of_time_are_asked_one_after_the_other_in_the_publishers_own_time(
    publisher: Publisher,
) -> None:
    publisher.parameters = ("updatedFrom", "updatedTo")
    publisher.releases = [*releases(3, "2026-03-29"), *releases(2, "2026-03-28")]
    reading = Reading(publisher, since=date(2026, 3, 28), until=date(2026, 3, 29))
    reading.now = reading.now.replace(month=4)
    settings: dict[str, Any] = {"from": "updatedFrom", "to": "updatedTo", "window_hours": 12}
    assert await reading.ids(**settings, zone="Europe/London") == [
        *ids(2, "2026-03-28"),
        *ids(3, "2026-03-29"),
    ]
    spans = [(query["updatedFrom"], query["updatedTo"]) for query in publisher.asked]
    assert list(dict.fromkeys(spans)) == [
        ("2026-03-28T00:00:00", "2026-03-28T12:00:00"),
        ("2026-03-28T12:00:00", "2026-03-29T00:00:00"),
        ("2026-03-29T00:00:00", "2026-03-29T12:00:00"),
        ("2026-03-29T12:00:00", "2026-03-30T00:00:00"),
    ]


async def test_a_window_ends_now_and_a_publisher_without_an_end_is_asked_once(
    publisher: Publisher,
) -> None:
    reading = Reading(publisher, since=date(2026, 3, 2), until=None)
    await reading.ids(**WINDOWS)
    assert publisher.asked == [{"from": "2026-03-02T00:00:00", "to": "2026-03-02T09:00:00"}]
    publisher.asked.clear()
    await reading.ids(**{"from": "since", "moment": "%d/%m/%Y"})
    assert publisher.asked[0] == {"since": "02/03/2026"}


@pytest.mark.parametrize("style", ["links", "pages", "offset"])
async def test_a_cursor_takes_up_the_next_page_wherever_it_was_left(
    publisher: Publisher, style: str
) -> None:
    publisher.releases = [*releases(3), *releases(5, "2026-03-02")]
    reading = Reading(publisher, until=None)
    settings: dict[str, Any] = {**WINDOWS, "window_hours": 24, "paging": style}
    async with reading.pages(**settings) as coming:
        whole = [([one["id"] for one in page.items], page.cursor) async for page in coming]  # type: ignore[index]
    for place in range(len(whole)):
        resumed = Reading(publisher, until=None, cursor=whole[place][1])
        rest = [one for came, _ in whole[place + 1 :] for one in came]
        assert await resumed.ids(**settings) == rest


@given(st.text() | st.from_regex(r'\{"from": .{0,30}\}'))
def test_a_cursor_that_says_nothing_begins_anew(cursor: str) -> None:
    started, position = _place(cursor)
    assert started is None or started.year
    assert position is None or isinstance(position, str | int)


# Manners.


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (Answer(429, headers={"Retry-After": "60"}), [60.0]),
        (Answer(503, headers={"Retry-After": "30"}), [30.0]),
        (Answer(403), [120.0]),
        (Answer(403, headers={"Retry-After": "9"}), [9.0]),
        (Answer(429), [2.0]),
    ],
)
async def test_a_publisher_that_says_later_is_asked_later(
    publisher: Publisher, answer: Answer, waits: list[float]
) -> None:
    publisher.script = [answer]
    reading = Reading(publisher)
    assert await reading.ids(wait_on=[403], wait_seconds=120) == ids()
    assert reading.naps.seconds == waits


async def test_a_refusal_is_one_where_it_means_no_wait(publisher: Publisher) -> None:
    publisher.script = [Answer(403)]
    with pytest.raises(SourceFailure, match="403"):
        await Reading(publisher).ids()
    assert len(publisher.asked) == 1


async def test_too_long_a_wait_leaves_the_publisher_in_peace(publisher: Publisher) -> None:
    publisher.script = [Answer(403)]
    with pytest.raises(SourceFailure) as failed:
        await Reading(publisher).ids(wait_on=[403], wait_seconds=1200)
    assert failed.value.quiet_until is not None


async def test_pages_keep_their_pace(publisher: Publisher) -> None:
    reading = Reading(publisher, pace_ms=900)
    await reading.ids()
    assert reading.naps.seconds == [0.9, 0.9]


# Links.


@pytest.mark.parametrize(
    "link",
    [
        "http://elsewhere.example/steal?cursor={cursor}",
        "//elsewhere.example/steal?cursor={cursor}",
        "http://127.0.0.1:1{path}?cursor={cursor}",
        "file:///etc/passwd#{cursor}",
        "http://[",
    ],
)
async def test_no_link_leads_to_another_host(publisher: Publisher, link: str) -> None:
    publisher.link = link
    with pytest.raises(SourceFailure, match=r"autre site|illisible"):
        await Reading(publisher).ids()
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    "link",
    ["?cursor={cursor}", "{path}?cursor={cursor}", "http://me:secret@{host}{path}?cursor={cursor}"],
)
async def test_a_link_may_be_short_and_takes_no_name_along(publisher: Publisher, link: str) -> None:
    host = publisher.url.removeprefix("http://")
    publisher.link = link.replace("{host}", host)
    assert await Reading(publisher).ids() == ids()


async def test_links_that_turn_in_a_circle_are_left(publisher: Publisher) -> None:
    publisher.link = "?cursor=2"
    with pytest.raises(SourceFailure, match="tourne en rond"):
        await Reading(publisher).ids()
    assert len(publisher.asked) == 2


async def test_a_page_given_again_under_another_link_is_noticed(publisher: Publisher) -> None:
    page = {"releases": [TENDER], "links": {"next": "?page=again"}}
    publisher.script = [Answer(body=json.dumps(page).encode())] * 5
    with pytest.raises(SourceFailure, match="tourne en rond"):
        await Reading(publisher).ids()


async def test_empty_pages_that_go_on_come_to_an_end(publisher: Publisher) -> None:
    publisher.script = [
        Answer(body=json.dumps({"releases": [], "links": {"next": f"?cursor={n}"}}).encode())
        for n in range(100, 200)
    ]
    assert await Reading(publisher).ids() == []
    assert len(publisher.asked) == MAX_EMPTY


async def test_pages_without_end_are_left(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.watch.sources.ocds_api.MAX_PAGES", 50)
    publisher.releases = releases(1000)
    with pytest.raises(SourceFailure, match="plus de 50 pages"):
        await Reading(publisher).ids()
    assert len(publisher.asked) == 50


# Answers.


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Maintenance</html>", "autre chose que du JSON"),
        (b"", "autre chose que du JSON"),
        (json.dumps({"releases": releases(2)}).encode()[:-9], "autre chose que du JSON"),
        (b'{"error": {"code": 7}}', "forme attendue"),
        (b"{}", "forme attendue"),
        (b"null", "forme attendue"),
    ],
)
async def test_another_answer_with_200_is_a_clear_failure(
    publisher: Publisher, body: bytes, said: str
) -> None:
    publisher.script = [Answer(body=body)]
    with pytest.raises(SourceFailure, match=said):
        await Reading(publisher).ids()


async def test_pages_before_a_failure_are_good(publisher: Publisher) -> None:
    first = json.dumps({"releases": releases(2), "links": {"next": "?cursor=2"}}).encode()
    publisher.script = [Answer(body=first), *[Answer(503)] * polite.ATTEMPTS]
    async with Reading(publisher).pages() as coming:
        assert len(list((await anext(coming)).items)) == 2
        with pytest.raises(SourceFailure, match="503"):
            await anext(coming)


async def test_a_bomb_is_not_unpacked_and_a_packed_page_is_read(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = {"Content-Encoding": "gzip"}
    page = json.dumps({"releases": releases(1)}).encode()
    publisher.script = [Answer(body=gzip.compress(page), headers=packed)]
    assert await Reading(publisher).ids() == ids(1)
    monkeypatch.setattr(polite, "MAX_PAGE_BYTES", 1_048_576)
    publisher.script = [Answer(body=gzip.compress(b" " * 5_000_000), headers=packed)]
    with pytest.raises(SourceFailure, match="dépasse 1 Mio"):
        await Reading(publisher).ids()


async def test_an_answer_that_drips_is_left_in_the_middle(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polite, "PAGE_SECONDS", 0.2)
    publisher.drips = 0.05
    with pytest.raises(SourceFailure, match="ne répond pas"):
        await Reading(publisher).ids()


async def test_redirections_without_end_are_left(publisher: Publisher) -> None:
    publisher.script = [Answer(302, headers={"Location": PATH})] * 9
    with pytest.raises(SourceFailure, match="sans fin"):
        await Reading(publisher).ids()


# Settings.


@pytest.mark.parametrize(
    "wrong",
    [
        {"paging": "guess"},
        {"window_hours": 0},
        {"zone": "Europe/Saint-Étienne"},
        {"wait_on": [200]},
        {"page_items": 10**9},
        {"unknown": 1},
        {"query": {"a": "b" * 500}},
    ],
)
def test_a_wrong_setting_is_refused_in_plain_words(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSettings) as refused:
        checked(OcdsSettings, wrong)
    assert next(iter(wrong)) in (refused.value.detail or "")


def test_settings_are_stored_as_they_were_given() -> None:
    given_ones = {"paging": "links", "from": "updatedFrom", "zone": "Europe/London"}
    assert checked(OcdsSettings, given_ones) == given_ones
