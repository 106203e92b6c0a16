"""A private feed address: one's alerts, read only, revocable, no prices of ours (trial 29)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from app.alerts.domain import MAX_ADDRESSES
from app.alerts.feeds.atom import NAMESPACE
from app.settings import Settings
from tests.alerts.steps import LATER, alerts, as_owner, followed
from tests.consortia.steps import Bid, ok, refused
from tests.mailroom import Mailroom
from tests.test_openapi import in_query
from tests.test_round_trips import READS
from tests.world import NOW, Person, World

HOSTILE = (
    "Son & <script>alert(1)</script> ]]> &amp; \x85\u2028\u202eTRAP \ufffe\U0001f3b6 " + "à" * 300
)


async def opened(person: Person) -> tuple[str, str]:
    """A fresh address: its path, and its id."""
    address = ok(await person.post("/v1/feed-addresses", {"name": "Lecteur"}))
    return urlsplit(address["url"]).path, address["id"]


async def read(world: World, path: str) -> Element:
    """The feed at an address, as RFC 4287 asks for it."""
    answer = await world.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root: Element = fromstring(answer.content)
    assert root.tag == f"{{{NAMESPACE}}}feed"
    for one in (root, *every(root, "entry")):
        for name in ("id", "title", "updated"):
            (element,) = every(one, name)
            assert element.text
        UUID(text(one, "id").removeprefix("urn:uuid:"))
        assert datetime.fromisoformat(text(one, "updated")).tzinfo is not None
    assert every(root, "author")
    return root


def every(parent: Element, name: str) -> list[Any]:
    return parent.findall(f"{{{NAMESPACE}}}{name}")


def text(parent: Element, name: str) -> str:
    return "\n".join(every(parent, name)[0].itertext())


async def test_a_feed_shows_its_owners_alerts_under_ids_that_stay(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    path, _ = await opened(world.alpha)
    (entry,) = every(await read(world, path), "entry")
    (alert,) = await alerts(world.alpha)
    assert text(entry, "id") == UUID(hex=alert["id"][4:]).urn
    assert text(entry, "title") == "Date limite déplacée\u00a0: Médiation culturelle"
    assert text(entry, "updated") == alert["at"]
    assert every(entry, "link")[0].get("href") == call.url
    assert "Date limite reportée au 10\u00a0avril 2026" in text(entry, "content")
    other_path, _ = await opened(world.alpha)
    assert text(await read(world, other_path), "id") == text(await read(world, path), "id")
    rival, _ = await opened(world.beta)
    assert every(await read(world, rival), "entry") == []


async def test_no_amount_of_ours_is_in_it(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    bid = await Bid.form(call.tender, world.alpha, world.beta, name="Canari")
    ok(await bid.write(bid.shares(6_000, 4_000, amount=77_123_456)), 200)
    await call.again(LATER)
    await mailroom.deliver()
    path, _ = await opened(world.alpha)
    body = (await world.client.get(path)).text
    # However it is written; three digits alone stand in an id by chance.
    assert not re.search(r"771\W?234", body)
    assert "Canari" not in body


async def test_hostile_names_leave_the_feed_valid_and_inert(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    hostile = "UPDATE tender SET title = :title, buyer = :title WHERE cluster_id = :cluster"
    await as_owner(world, hostile, title=HOSTILE)
    await as_owner(
        world,
        "UPDATE notice SET url = :url WHERE id IN (SELECT notice_id FROM tender"
        " WHERE cluster_id = :cluster)",
        url="javascript:alert(1)",
    )
    path, _ = await opened(world.alpha)
    (entry,) = every(await read(world, path), "entry")
    title = text(entry, "title")
    assert "Son & <script>alert(1)</script> ]]> &amp; TRAP" in title.replace("  ", " ")
    assert not set("\x85\u2028\u202e\ufffe") & set(title)
    assert len(title) < 300
    assert every(entry, "link") == []
    assert b"<script" not in (await world.client.get(path)).content


async def test_what_has_not_changed_is_not_sent_again(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    path, _ = await opened(world.alpha)
    first = await world.client.get(path)
    known = {"If-None-Match": first.headers["etag"]}
    again = await world.client.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    assert (await world.client.get(path, headers=known)).status_code == 200


async def test_an_address_serves_until_it_is_closed_and_opens_nothing_else(world: World) -> None:
    path, address = await opened(world.alpha)
    never = f"/v1/feeds/grappe_{'x' * 43}.atom"
    listed = ok(await world.alpha.get("/v1/feed-addresses"), 200)["items"]
    assert [(one["id"], one["name"]) for one in listed] == [(address, "Lecteur")]
    assert ok(await world.alpha.get("/v1/calendar-addresses"), 200)["items"] == []
    secret = path.rsplit("/", 1)[1].removesuffix(".atom")
    assert secret not in str(listed)
    thief = Person(world.client, secret, None)
    for reading, operation in READS.values():
        place = reading.split("{", maxsplit=1)[0].rstrip("/")
        refused(await thief.get(place, **in_query(operation)), 401, "unauthenticated")
    calendar = ok(await world.alpha.post("/v1/calendar-addresses", {"name": "x"}))
    other = urlsplit(calendar["url"]).path.rsplit("/", 1)[1].removesuffix(".ics")
    crossed = (
        f"/v1/calendars/{secret}.ics",
        f"/v1/feeds/{other}.atom",
        f"/v1/feeds/{world.alpha.token}.atom",
    )
    for wrong in (*crossed, never):
        refused(await world.client.get(wrong), 404, "not_found")
    own = f"/v1/feed-addresses/{address}"
    for place in (own, f"/v1/calendar-addresses/cal_{address[4:]}"):
        for stranger in (world.viewer, world.beta, world.coordinator):
            answer = await world.client.delete(place, headers=stranger.headers())
            refused(answer, 404, "not_found")
    wrong_kind = f"/v1/calendar-addresses/cal_{address[4:]}"
    refused(await world.client.delete(wrong_kind, headers=world.alpha.headers()), 404, "not_found")
    assert (await world.client.delete(own, headers=world.alpha.headers())).status_code == 204
    refused(await world.client.get(path), 404, "not_found")


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE membership SET ended_at = :now WHERE cluster_id = :cluster",
        "UPDATE person SET disabled_at = :now WHERE id IN"
        " (SELECT person_id FROM membership WHERE cluster_id = :cluster)",
    ],
    ids=["membership", "person"],
)
async def test_an_address_dies_with_the_role(world: World, ending: str) -> None:
    path, _ = await opened(world.alpha)
    await as_owner(world, ending, now=NOW)
    refused(await world.client.get(path), 404, "not_found")


async def test_a_company_that_left_reads_an_empty_feed(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    path, _ = await opened(world.alpha)
    left = "UPDATE member SET state = 'left', left_on = :day WHERE cluster_id = :cluster"
    await as_owner(world, left, day=NOW.date())
    assert every(await read(world, path), "entry") == []


async def test_a_program_opens_no_address_and_a_person_not_without_end(world: World) -> None:
    body = {"name": "x"}
    refused(await world.integration.post("/v1/feed-addresses", body), 403, "session_only")
    for _ in range(MAX_ADDRESSES):
        await opened(world.alpha)
    answer = await world.alpha.post("/v1/feed-addresses", body)
    refused(answer, 409, "too_many_feed_addresses")
    assert (await world.alpha.post("/v1/calendar-addresses", body)).status_code == 201


@pytest.mark.parametrize("place", ["feeds/grappe_{}.atom", "feeds/{}", "digest-refusals/{}"])
async def test_what_opens_is_not_logged(
    world: World, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    secret = "s" * 43
    await world.client.get("/v1/" + place.format(secret))
    written = capsys.readouterr()
    assert f"/v1/{place.partition('/')[0]}/…" in written.out
    assert secret not in written.out + written.err


async def test_the_feeds_moment_is_its_newest_alerts(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    path, _ = await opened(world.alpha)
    assert text(await read(world, path), "updated") == "2026-03-02T09:00:00Z"
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver(datetime(2026, 3, 4, 5, tzinfo=UTC) + timedelta(minutes=6))
    assert text(await read(world, path), "updated") == "2026-03-04T05:06:00Z"
