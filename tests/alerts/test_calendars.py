"""A private calendar address: deadlines, read only, revocable, no prices (trial 29)."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from httpx import AsyncClient, Response
from icalendar import Calendar
from sqlalchemy import text

from app.alerts import domain
from app.alerts.domain import MAX_ADDRESSES
from tests.consortia.steps import Bid, ok, refused, submitted, write_tender
from tests.test_openapi import in_query
from tests.test_round_trips import READS
from tests.world import NOW, Person, World

HOSTILE = 'Sono <script>alert(1)</script>\r\nBEGIN:VALARM\u2028\u202eTRAP; a,b\\n "é" ' + "à" * 120


async def opened(person: Person, name: str = "Téléphone") -> tuple[str, str]:
    """A fresh address: its path, and its id."""
    address = ok(await person.post("/v1/calendar-addresses", {"name": name}))
    return urlsplit(address["url"]).path, address["id"]


async def events(client: AsyncClient, path: str) -> list[Any]:
    """The events of the calendar at an address."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    calendar = Calendar.from_ical(answer.content)
    assert (calendar["VERSION"], bool(calendar["PRODID"])) == ("2.0", True)
    return list(calendar.walk("VEVENT"))


def gone(answer: Response, stranger: Response) -> None:
    """The answer of an address that never was."""
    body, never = ({**one.json(), "request_id": ""} for one in (answer, stranger))
    assert (answer.status_code, body) == (404, never)


async def test_a_calendar_shows_the_deadlines_that_the_cluster_follows(world: World) -> None:
    tender = await write_tender(world)
    path, _ = await opened(world.gamma)
    (event,) = await events(world.client, path)
    assert event["UID"] == tender["id"]
    assert event.decoded("DTSTART") == datetime(2026, 3, 20, 11, tzinfo=UTC)
    assert event.decoded("DTSTAMP") == NOW
    assert event["SUMMARY"] == f"Remise des offres : {tender['title']}"
    assert "Limite : 20/03/2026 à 12:00 (Europe/Paris)" in event["DESCRIPTION"]
    assert [one["UID"] for one in await events(world.client, path)] == [tender["id"]]


async def test_another_clusters_deadlines_are_not_in_it(world: World, other_world: World) -> None:
    await write_tender(other_world)
    path, _ = await opened(world.alpha)
    assert await events(world.client, path) == []


async def test_a_consortium_is_named_to_its_parties_while_they_are(world: World) -> None:
    """Trial 6, with the same address; and no rival nor overseer is told."""
    bid = await Bid.form(await write_tender(world), world.alpha, world.beta)
    interest = {"lot_id": bid.lots[0], "stance": "part", "note": "secret"}
    ok(await world.beta.post(f"/v1/tenders/{bid.body['tender_id']}/interests", interest))
    people = (world.alpha, world.beta, world.gamma, world.coordinator)
    paths = [(await opened(one))[0] for one in people]
    texts = [(await events(world.client, path))[0]["DESCRIPTION"] for path in paths]
    assert ["Groupement" in one for one in texts] == [True, True, False, False]
    assert ["cotraitant" in one for one in texts] == [False, True, False, False]
    party = bid.parties[world.beta.member]
    ok(await world.beta.post(f"{bid.path}/parties/{party}/withdrawals"))
    (event,) = await events(world.client, paths[1])
    assert "Groupement" not in event["DESCRIPTION"]


async def test_no_amount_is_in_it(world: World) -> None:
    bid = await submitted(world)
    ok(await bid.award(amount=77_123_456))
    path, _ = await opened(world.alpha)
    body = (await world.client.get(path)).text
    assert "771" not in body
    assert "EUR" not in body
    assert "€" not in body


async def test_names_are_inert(world: World) -> None:
    """Whatever a source may have let through."""
    body = {
        "title": "Sonorisation",
        "buyer": "Ville",
        "deadline": {"wall_time": "2026-10-25T02:30:00", "zone": "Indian/Reunion"},
        "url": "https://example.test/avis?q=<b>",
    }
    ok(await world.coordinator.post("/v1/tenders", body))
    async with world.owner.transaction() as session:
        await session.execute(
            text("UPDATE tender SET title = :title, buyer = :buyer WHERE cluster_id = :cluster"),
            {
                "title": HOSTILE,
                "buyer": "Ville\nDTSTART:19700101T000000Z",
                "cluster": world.cluster_id,
            },
        )
    path, _ = await opened(world.alpha)
    answer = await world.client.get(path)
    assert b"\nBEGIN:VALARM" not in answer.content
    (event,) = await events(world.client, path)
    assert event.decoded("DTSTART") == datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    shown = event["SUMMARY"] + event["DESCRIPTION"]
    assert not set("<>\r\u2028\u202e") & set(shown)
    assert "\n" not in event["SUMMARY"]
    assert "‹script›" in shown
    assert "02:30 (Indian/Reunion)" in shown


async def test_an_address_serves_until_it_is_closed(world: World, client: AsyncClient) -> None:
    path, address = await opened(world.alpha)
    never = await client.get(f"/v1/calendars/grappe_{'x' * 43}.ics")
    assert (await client.get(path)).status_code == 200
    listed = ok(await world.alpha.get("/v1/calendar-addresses"), 200)["items"]
    assert [(one["id"], one["name"]) for one in listed] == [(address, "Téléphone")]
    assert path.rsplit("/", 1)[1].removesuffix(".ics") not in str(listed)
    own = f"/v1/calendar-addresses/{address}"
    for stranger in (world.viewer, world.beta, world.coordinator):
        denied = await client.delete(own, headers=stranger.headers())
        assert (denied.status_code, denied.json()["code"]) == (404, "not_found")
    assert (await client.delete(own, headers=world.alpha.headers())).status_code == 204
    gone(await client.get(path), never)
    assert (await client.delete(own, headers=world.alpha.headers())).status_code == 404


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
    never = await world.client.get(f"/v1/calendars/grappe_{'x' * 43}.ics")
    async with world.owner.transaction() as session:
        await session.execute(text(ending), {"now": NOW, "cluster": world.cluster_id})
    gone(await world.client.get(path), never)


async def test_an_address_opens_nothing_else_and_nothing_else_opens_a_calendar(
    world: World,
) -> None:
    path, _ = await opened(world.alpha)
    secret = path.rsplit("/", 1)[1].removesuffix(".ics")
    thief = Person(world.client, secret, None)
    for read, operation in READS.values():
        path = read.split("{", maxsplit=1)[0].rstrip("/")
        refused(await thief.get(path, **in_query(operation)), 401, "unauthenticated")
    refused(await thief.post("/v1/calendar-addresses", {"name": "x"}), 401, "unauthenticated")
    for other in (world.alpha, world.integration):
        answer = await world.client.get(f"/v1/calendars/{other.token}.ics")
        assert answer.status_code == 404


async def test_a_program_opens_no_address_and_a_person_not_without_end(world: World) -> None:
    refused(
        await world.integration.post("/v1/calendar-addresses", {"name": "x"}), 403, "session_only"
    )
    for number in range(MAX_ADDRESSES):
        await opened(world.alpha, f"{number}")
    answer = await world.alpha.post("/v1/calendar-addresses", {"name": "x"})
    refused(answer, 409, "too_many_calendar_addresses")


async def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    path, _ = await opened(world.alpha)
    first = await world.client.get(path)
    known = {"If-None-Match": first.headers["etag"]}
    again = await world.client.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    await write_tender(world)
    assert (await world.client.get(path, headers=known)).status_code == 200


@pytest.mark.parametrize("ending", [".ics", "", ".ics/", "/x"])
async def test_the_secret_is_neither_logged_nor_stored(
    world: World, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    path, _ = await opened(world.alpha)
    secret = path.rsplit("/", 1)[1].removesuffix(".ics")
    answer = await world.client.get(f"/v1/calendars/{secret}{ending}")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    written = capsys.readouterr()
    assert "/v1/calendars/…" in written.out
    assert secret not in written.out + written.err
    async with world.owner.transaction() as session:
        stored = await session.scalar(
            text(
                "SELECT count(*) FROM token t WHERE t.cluster_id = :cluster"
                " AND t::text LIKE '%' || :secret || '%'"
            ),
            {"cluster": world.cluster_id, "secret": secret},
        )
    assert stored == 0


async def test_of_addresses_opened_at_once_no_more_than_the_limit_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "MAX_ADDRESSES", 2)
    answers = await asyncio.gather(
        *[world.alpha.post("/v1/calendar-addresses", {"name": "x"}) for _ in range(6)]
    )
    assert sorted(one.status_code for one in answers) == [201] * 2 + [409] * 4
