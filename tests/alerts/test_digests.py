"""One mail per person and due moment: no duplicate, nothing empty, a way out."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.alerts.digests.domain import BUNDLED, MAX_TOLD
from app.alerts.digests.service import REFUSAL
from app.alerts.tasks import TICK
from app.infra.db import open_database
from app.infra.db.connections import IMPORTER
from app.infra.secret import secret_key
from app.kernel.actor import Role
from app.settings import Settings
from app.watch import service as watch
from tests.alerts.steps import (
    CLOSES,
    EARLIER,
    LATER,
    alerts,
    as_owner,
    digests,
    followed,
    kinds,
    mail_of,
    mailed,
    put,
)
from tests.consortia.steps import ok, refused
from tests.mailroom import Mailroom
from tests.postbox import silent
from tests.watch.notices import idweb, slim
from tests.world import NOW, Person, World, enrol

SEVEN = datetime(2026, 3, 3, 6, tzinfo=UTC)
"""In Paris, on the day after ``NOW``."""


async def wish(world: World, person: Person, **body: object) -> None:
    """Say how to be told."""
    answer = await put(world, person, "/v1/me/alert-preferences", body)
    assert answer.status_code == 200, answer.text


async def test_a_day_of_news_is_one_mail_at_seven(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    await call.next("ATTRIBUTION", dateparution="2026-03-03")
    await mailroom.deliver(tick=TICK)
    await mailroom.deliver(SEVEN - timedelta(minutes=1), tick=TICK)
    assert await mailed(mailroom, world, "alpha") == []
    await mailroom.deliver(SEVEN, tick=TICK)
    await mailroom.deliver(SEVEN + timedelta(minutes=1), tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert "Grappe d'essai" in message
    assert "depuis le 2\u00a0mars 2026 à 10\u00a0h\u00a000 (heure de Paris)" in " ".join(
        message.split("\n")
    )
    assert "Date limite reportée au 10\u00a0avril 2026 à 12\u00a0h\u00a000" in message
    assert "Elle était le 30\u00a0mars 2026 à 12\u00a0h\u00a000 (heure de Paris)" in message
    assert "Le résultat est publié." in message
    assert "Ville d'essai\u202f; Loire (42)" in message
    assert f"    {call.url}\n" in message
    assert [one.sent_at for one in await digests(world)] == [SEVEN] * 3  # three of alpha's people
    for name in ("contributor", "viewer"):
        assert len(await mailed(mailroom, world, name)) == 1
    assert await mailed(mailroom, world, "beta") == []


async def test_a_worker_that_was_down_for_two_days_sends_one(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    await call.next("ATTRIBUTION", dateparution="2026-03-03")
    late = SEVEN + timedelta(days=2)
    await mailroom.deliver(late)
    await mailroom.deliver(late, tick=TICK)
    await mailroom.deliver(late, tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert "Date limite reportée" in message
    assert "Le résultat est publié." in message


async def test_what_is_told_at_once_is_gathered_for_some_minutes(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await wish(world, world.alpha, digest="immediate")
    for _ in range(3):
        call = await followed(world, settings, world.alpha)
        await call.again(LATER)
    await mailroom.deliver()
    await mailroom.deliver(NOW + BUNDLED - timedelta(seconds=1), tick=TICK)
    assert await mailed(mailroom, world, "alpha") == []
    await mailroom.deliver(NOW + BUNDLED, tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert message.count("Date limite reportée") == 3
    assert await mailed(mailroom, world, "contributor") == []
    await call.next("ATTRIBUTION")
    await mailroom.deliver(NOW + BUNDLED)
    await mailroom.deliver(NOW + 2 * BUNDLED, tick=TICK)
    assert len(await mailed(mailroom, world, "alpha")) == 2


async def test_a_mail_is_bounded_and_says_how_much_it_leaves_out(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    records = [slim(idweb()) for _ in range(241 + MAX_TOLD)]
    async with open_database(settings.login_url(), role=IMPORTER, size=1) as importer:
        await watch.import_records(importer, records, clock=lambda: NOW)
    await as_owner(
        world,
        "INSERT INTO alert (cluster_id, id, membership_id, kind, subject_id, version, notice_id,"
        " at, digest_id) SELECT a.cluster_id, gen_random_uuid(), a.membership_id, 'match', n.id,"
        " 1, n.id, a.at, a.digest_id FROM alert a, notice n WHERE a.cluster_id = :cluster"
        " AND n.source_id = ANY(:numbers)",
        numbers=[record["idweb"] for record in records],
    )
    await mailroom.deliver(SEVEN, tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert message.count("\n    https://") == MAX_TOLD
    # A moved deadline is not pushed out by a flood of matches.
    assert message.index("Date limite reportée") < message.index("Nouveaux avis")
    assert "\nEt 242 autres\u00a0:\n\nhttps://grappe.essai.example/\n" in message


async def test_nothing_empty_is_sent_what_was_read_is_told_no_more(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    (alert,) = await alerts(world.alpha)
    await put(world, world.alpha, f"/v1/alerts/{alert['id']}/reading")
    await mailroom.deliver(SEVEN, tick=TICK)
    assert await mailed(mailroom, world, "alpha") == []
    assert len(await mailed(mailroom, world, "contributor")) == 1


async def test_whoever_has_two_roles_gets_one_mail(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    lot = call.tender["lots"][0]["id"]
    body = {"lot_id": lot, "stance": "part"}
    ok(await world.beta.post(f"/v1/tenders/{call.tender['id']}/interests", body))
    await as_owner(
        world,
        "INSERT INTO membership (cluster_id, id, person_id, member_id, role, created_at)"
        " SELECT a.cluster_id, gen_random_uuid(), p.id, b.id, 'viewer', a.created_at"
        " FROM membership a JOIN person p ON p.id = a.person_id AND p.name = 'Alpha'"
        " JOIN member b ON b.cluster_id = a.cluster_id AND b.name = 'Beta'"
        " WHERE a.cluster_id = :cluster",
    )
    await call.again(LATER)
    await mailroom.deliver()
    await mailroom.deliver(SEVEN, tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert message.count("Date limite reportée") == 1


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE membership SET ended_at = :now WHERE cluster_id = :cluster",
        "UPDATE person SET disabled_at = :now WHERE id IN"
        " (SELECT person_id FROM membership WHERE cluster_id = :cluster)",
        "UPDATE member SET state = 'left', left_on = CAST(:now AS timestamptz)"
        " WHERE cluster_id = :cluster",
    ],
    ids=["removed", "disabled", "company left"],
)
@pytest.mark.parametrize("when", ["before it is closed", "before it is sent"])
async def test_who_is_gone_gets_nothing_from_the_next_moment_on(
    world: World, settings: Settings, mailroom: Mailroom, ending: str, when: str
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    if when == "before it is sent":
        mailroom.box.refusal = "451 not now"
        await mailroom.deliver(SEVEN, tick=TICK)
        mailroom.box.refusal = None
        assert mailroom.box.tried == 3
    await as_owner(world, ending, now=NOW)
    await all_due_again(world)
    await mailroom.deliver(SEVEN + timedelta(minutes=5), tick=TICK)
    assert mailroom.box.came == []


async def all_due_again(world: World) -> None:
    """What waits for its next try is due now."""
    await as_owner(
        world,
        "UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 minute'"
        " WHERE status = 'todo' AND args ->> 'cluster_id' = CAST(:cluster AS text)",
    )


async def test_a_server_that_refuses_for_now_gets_the_same_message_later_and_once(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    mailroom.box.refusal = "451 not now"
    await mailroom.deliver(SEVEN, tick=TICK)
    assert {one.sent_at for one in await digests(world)} == {None}
    mailroom.box.refusal = None
    for minutes in (1, 2, 3):
        await all_due_again(world)
        await mailroom.deliver(SEVEN + timedelta(minutes=minutes), tick=TICK)
    (message,) = mailroom.box.to(mail_of(world, "alpha"))
    first = min(one.id.hex for one in await digests(world))
    ids = {one["Message-ID"] for one in mailroom.box.came}
    assert f"<digest.{first}@essai.example>" in ids
    assert message["Date"].datetime == SEVEN
    assert None not in {one.sent_at for one in await digests(world)}


async def test_a_job_that_runs_again_after_the_mail_went_out_sends_nothing(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    await mailroom.deliver(SEVEN, tick=TICK)
    assert len(mailroom.box.came) == 3
    await as_owner(
        world,
        "UPDATE procrastinate_jobs SET status = 'todo' WHERE task_name LIKE '%mail_digest'"
        " AND args ->> 'cluster_id' = CAST(:cluster AS text)",
    )
    await mailroom.deliver(SEVEN, tick=TICK)
    assert len(mailroom.box.came) == 3


async def test_one_click_ends_the_mails_without_signing_in_and_alerts_stay(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    """RFC 8058."""
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    await mailroom.deliver(SEVEN, tick=TICK)
    (message,) = mailroom.box.to(mail_of(world, "alpha"))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message["List-Unsubscribe"].strip("<>")
    whole = f"List-Unsubscribe: <{link}>\r\n".encode()
    assert any(whole in raw for raw in mailroom.box.raw)
    assert link.startswith("https://grappe.essai.example/v1/digest-refusals/grappe_ref_")
    assert link in message.get_content()
    path = urlsplit(link).path
    await call.next("ATTRIBUTION")
    await mailroom.deliver(SEVEN)  # gathered already when it is refused
    looked = await world.client.get(path)
    assert (looked.status_code, looked.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await wishes(world.alpha))["digest"] == "daily"  # programs try links
    form = {"content-type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        answer = await world.client.post(path, content=b"List-Unsubscribe=One-Click", headers=form)
        assert answer.status_code == 200
    assert (await wishes(world.alpha))["digest"] == "never"
    await mailroom.deliver(SEVEN + timedelta(days=8), tick=TICK)
    assert len(await mailed(mailroom, world, "alpha")) == 1
    assert len(await mailed(mailroom, world, "contributor")) == 2
    assert await kinds(world.alpha) == ["result_published", "deadline_moved"]


async def wishes(person: Person) -> dict[str, object]:
    """How someone is told."""
    body: dict[str, object] = ok(await person.get("/v1/me/alert-preferences"), 200)
    return body


async def test_a_forged_refusal_refuses_nothing(
    world: World, other_world: World, settings: Settings
) -> None:
    async with world.owner.transaction() as session:
        person = await session.scalar(
            text("SELECT id FROM person WHERE email = :email"),
            {"email": mail_of(world, "alpha")},
        )
    good = REFUSAL.mint(secret_key(settings), world.cluster_id, person)
    foreign = REFUSAL.mint(secret_key(settings), other_world.cluster_id, person)
    forged = REFUSAL.mint("another secret", world.cluster_id, person)
    changed = good[:-1] + ("A" if good[-1] != "A" else "B")
    for token in (forged, changed):
        for method in ("GET", "POST"):
            answer = await world.client.request(method, f"/v1/digest-refusals/{token}")
            refused(answer, 404, "unusable_link")
    # Where they are nobody, it ends nothing.
    assert (await world.client.post(f"/v1/digest-refusals/{foreign}")).status_code == 200
    assert (await wishes(world.alpha))["digest"] == "daily"


async def test_a_changed_mind_moves_what_is_gathered(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    assert await wishes(world.alpha) == {"digest": "daily", "hour": 7, "weekday": 1}
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    await wish(world, world.alpha, digest="weekly", hour=9, weekday=5)
    await wish(world, world.viewer, digest="never")
    assert await wishes(world.alpha) == {"digest": "weekly", "hour": 9, "weekday": 5}
    await mailroom.deliver(SEVEN, tick=TICK)
    assert await mailed(mailroom, world, "alpha") == []
    friday = datetime(2026, 3, 6, 8, tzinfo=UTC)
    await mailroom.deliver(friday, tick=TICK)
    assert len(await mailed(mailroom, world, "alpha")) == 1
    assert await mailed(mailroom, world, "viewer") == []
    await wish(world, world.viewer, digest="daily")
    await mailroom.deliver(friday + timedelta(days=3), tick=TICK)
    assert await mailed(mailroom, world, "viewer") == []  # what was refused does not come back


@pytest.mark.parametrize(
    "body",
    [
        {"digest": "hourly"},
        {"digest": "daily", "hour": 24},
        {"digest": "daily", "hour": -1},
        {"digest": "daily", "hour": True},
        {"digest": "weekly", "weekday": 0},
        {"digest": "weekly", "weekday": 8},
        {"digest": "daily", "membership_id": "msh_" + "0" * 32},
        {},
    ],
)
async def test_an_impossible_wish_is_refused(world: World, body: dict[str, object]) -> None:
    answer = await put(world, world.alpha, "/v1/me/alert-preferences", body)
    refused(answer, 422, "invalid")


async def test_hostile_names_and_doubtful_hours_are_shown_for_what_they_are(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(LATER)
    await mailroom.deliver()
    await as_owner(
        world,
        "UPDATE tender SET title = :title, buyer = :buyer, deadline_certain = false,"
        " deadline_zone = 'Indian/Reunion' WHERE cluster_id = :cluster",
        title="Gagnez\r\nBcc: tous@example.org\u2028\u202e www.piege.example/x " + "à" * 300,
        buyer="Ville\nSubject: faux",
    )
    await mailroom.deliver(SEVEN, tick=TICK)
    (message,) = mailroom.box.to(mail_of(world, "alpha"))
    assert message["Bcc"] is None
    content = message.get_content().replace("\r\n", "\n")
    assert "www. piege. example/ x" in content
    assert not set("\u2028\u202e") & set(content)
    assert max(map(len, content.splitlines())) < 300
    assert "14\u00a0h\u00a000 (heure de La Réunion), heure à vérifier" in content


async def test_a_server_that_hangs_up_loses_no_mail(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    call = await followed(world, settings, world.alpha)
    await call.again(EARLIER)
    await mailroom.deliver()
    async with silent(hang_up=True) as hole:
        away = Mailroom(
            hole,
            mailroom.settings.model_copy(update={"smtp_url": SecretStr(hole.url)}),
        )
        await away.deliver(SEVEN, tick=TICK)
        assert hole.tried >= 3
    await all_due_again(world)
    await mailroom.deliver(SEVEN + timedelta(minutes=1))
    (message,) = await mailed(mailroom, world, "alpha")
    assert "Date limite avancée au 20\u00a0mars 2026" in message


async def test_a_coordinator_who_follows_is_told_for_the_cluster(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    async with world.owner.transaction() as session:
        await enrol(session, world, "second", Role.COORDINATOR, None)
    call = await followed(world, settings, world.coordinator)
    await call.again(CLOSES, objet="Médiation culturelle (bis)")
    await mailroom.deliver()
    assert await kinds(world.coordinator) == ["notice_corrected"]
    assert await kinds(world.second) == []
