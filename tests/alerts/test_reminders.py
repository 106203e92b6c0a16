"""What only the calendar brings about: told once, to those whom it concerns alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.alerts.tasks import LOOK, TICK
from app.concessions.domain import report_notice
from app.settings import Settings
from tests.alerts.rows import told
from tests.alerts.steps import CLOSES, alerts, as_owner, kinds, mailed
from tests.certificates.steps import add
from tests.concessions.steps import hand_in, running
from tests.consortia.steps import Bid, ok, write_tender
from tests.contracts.steps import approved, arrive, bill, signed
from tests.mailroom import Mailroom
from tests.tenders.test_tenders import notice_id, published
from tests.world import NOW, Person, World

DAY = timedelta(days=1)
UNINVOLVED = ("gamma", "delta", "coordinator", "treasurer", "auditor", "integration")


async def looked(mailroom: Mailroom, at: datetime = NOW) -> None:
    """The hour's look at what the day brings, twice: what was told is told no more."""
    for _ in range(2):
        await mailroom.deliver(at, tick=LOOK)


async def nobody_else(world: World) -> None:
    for name in UNINVOLVED:
        assert await kinds(world.people[name]) == [], name


async def reminded(world: World) -> list[Any]:
    """Who the events went to, and what about, in the order of kinds."""
    query = text(
        "SELECT member_id, consortium_id, data->>'kind' AS kind FROM event"
        " WHERE cluster_id = :cluster AND type = 'reminder.due' ORDER BY 3, 1"
    )
    async with world.owner.transaction() as session:
        return list(await session.execute(query, {"cluster": world.cluster_id}))


async def forming(world: World, **rules: Any) -> Bid:
    """Alpha and beta on a tender that closes on 20 March 2026, and what its documents say."""
    tender = await write_tender(world, lots=1)
    if rules:
        answer = await world.alpha.put(f"/v1/tenders/{tender['id']}/rules", rules, 1)
        assert answer.status_code == 204, answer.text
    return await Bid.form(tender, world.alpha, world.beta)


async def mandate(bid: Bid, person: Person, **said: Any) -> Any:
    body = {"scope": ["application", "bid"], "valid_from": "2026-03-01", **said}
    return ok(await person.post(f"{bid.party(person)}/mandates", body))


async def test_domain_3_an_account_that_is_not_empty_in_time_is_told_to_who_pays_and_who_is_owed(
    world: World, mailroom: Mailroom
) -> None:
    work = await signed(world, form="solidaire", account_days=10)
    one = await approved(work, world.beta, "F1", 1_000)
    ok(await arrive(work, "AC1", {one: 1_000}))
    await looked(mailroom, NOW + 10 * DAY)
    assert await kinds(world.alpha) == []
    await looked(mailroom, NOW + 11 * DAY)
    for person in (world.alpha, world.beta):
        (alert,) = await alerts(person)
        assert (alert["kind"], alert["due_on"]) == ("account_standing", "2026-03-12")
        assert alert["consortium_id"] == work.bid.body["id"]
        assert alert["title"] == "Exploitation d'une salle de musiques actuelles"
    await nobody_else(world)
    companies = {one.member_id for one in await reminded(world)}
    assert companies == {world.alpha.member_id, world.beta.member_id}
    assert len(await reminded(world)) == 2


async def test_an_invoice_that_waits_is_told_to_the_lead_alone_until_it_is_decided(
    world: World, mailroom: Mailroom
) -> None:
    work = await signed(world)
    ok(await bill(work, world.alpha, "F0", 1_000))
    await looked(mailroom)
    assert await kinds(world.alpha) == []
    await approved(work, world.beta, "F1", 1_000)
    ok(await bill(work, world.beta, "F2", 1_000))
    await looked(mailroom)
    assert await kinds(world.alpha) == ["invoice_undecided"]
    assert await kinds(world.beta) == []
    await nobody_else(world)


async def test_r3131_2_a_report_is_asked_for_six_weeks_before_one_week_before_and_once_late(
    world: World, mailroom: Mailroom
) -> None:
    bid = await running(world)
    for at, count in (("04-19", 0), ("04-20", 1), ("05-25", 2), ("06-01", 3)):
        await looked(mailroom, datetime.fromisoformat(f"2026-{at}T12:00:00+00:00"))
        assert await kinds(world.alpha) == ["report_missing"] * count, at
    assert {one["due_on"] for one in await alerts(world.alpha)} == {"2026-05-31"}
    assert await kinds(world.beta) == []
    await nobody_else(world)
    ok(await hand_in(bid, 2025, "2026-02-01"))
    await looked(mailroom, datetime(2026, 12, 31, 12, tzinfo=UTC))
    assert len(await kinds(world.alpha)) == 3


@pytest.mark.parametrize(
    ("day", "notice"),
    [
        ("2026-04-19", None),
        ("2026-04-20", 1),
        ("2026-05-25", 2),
        ("2026-06-01", 3),
        ("2026-12-31", 3),
    ],
)
def test_which_notice_of_a_report_it_is_time_for(day: str, notice: int | None) -> None:
    assert report_notice(2025, datetime.fromisoformat(day).date()) == notice


async def test_domain_5_15_a_certificate_that_expires_before_the_deadline_is_told_to_its_company(
    world: World, mailroom: Mailroom
) -> None:
    await forming(world, asked=["tax"])
    await add(world.alpha, kind="tax", valid_until="2026-03-20")
    await add(world.beta, kind="tax", valid_until="2026-03-19")
    await add(world.beta, kind="social", valid_until="2026-03-19")
    await looked(mailroom)
    (alert,) = await alerts(world.beta)
    assert (alert["kind"], alert["due_on"]) == ("certificate_lapsing", "2026-03-20")
    assert await kinds(world.alpha) == []
    await nobody_else(world)


async def test_a_mandate_that_ends_is_told_to_both_unless_another_follows(
    world: World, mailroom: Mailroom
) -> None:
    bid = await forming(world)
    await mandate(bid, world.beta, valid_until="2026-04-01")
    await looked(mailroom, NOW - DAY)
    assert await kinds(world.beta) == []
    follows = await mandate(bid, world.beta, valid_until="2026-04-02")
    await looked(mailroom)
    assert await kinds(world.beta) == []
    ok(await world.beta.post(f"{bid.party(world.beta)}/mandates/{follows['id']}/endings"))
    await looked(mailroom)
    assert await kinds(world.alpha) == await kinds(world.beta) == ["mandate_ending"]
    await nobody_else(world)
    ok(await world.beta.post(f"{bid.party(world.beta)}/withdrawals"))
    assert await kinds(world.beta) == []
    assert await kinds(world.alpha) == ["mandate_ending"]


async def test_reminders_are_mailed_once_beside_what_searches_found(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    work = await signed(world)
    for number in ("F1", "F2"):
        ok(await bill(work, world.beta, number, 1_000))
    await looked(mailroom)
    _, url = await published(settings, CLOSES, objet="Ingénierie culturelle")
    await told(world, world.alpha, await notice_id(world, url))
    same = "UPDATE alert SET digest_id = (SELECT min(digest_id::text)::uuid FROM alert b"
    await as_owner(world, f"{same} WHERE b.cluster_id = :cluster) WHERE cluster_id = :cluster")
    morning = NOW + DAY
    await mailroom.deliver(morning, tick=TICK)
    (mail,) = await mailed(mailroom, world, "alpha")
    assert "À faire" in mail
    assert mail.count("À viser par le mandataire.") == 1
    assert "Exploitation d'une salle de musiques actuelles" in mail
    assert "Ingénierie culturelle" in mail
    assert await mailed(mailroom, world, "beta") == []
