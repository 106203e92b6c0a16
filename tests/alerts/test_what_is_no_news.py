"""What is told again, and what is not: dismissed, lapsed, told already, late."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.alerts.tasks import TICK
from app.infra.db import Database, open_database
from app.infra.db.connections import JOB
from app.searches import service as searches
from app.settings import Settings
from tests.alerts.steps import AFTER, alerts, as_owner, at_once, bring, kinds, mailed, put
from tests.alerts.test_feeds import every, opened, read
from tests.consortia.steps import ok
from tests.mailroom import Mailroom
from tests.searches.steps import call, matches, save
from tests.tenders.test_tenders import published
from tests.watch.notices import idweb
from tests.watch.test_search import word
from tests.world import NOW, Person, World

SOON, LATER = timedelta(minutes=5), timedelta(hours=2)


async def dismiss(person: Person, search: Any) -> None:
    """Put the only match of a search aside."""
    (match,) = await matches(person, search)
    path = f"/v1/saved-searches/{search['id']}/matches/{match['id']}/dismissals"
    ok(await person.post(path, {"reason": "Pas notre métier."}))


async def test_what_a_side_put_aside_is_told_to_it_no_more_and_to_the_others_still(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    for person in (world.alpha, world.beta, world.coordinator):
        await at_once(world, person)
    search = await save(world.coordinator, "Commune", words="serpents")
    await mailroom.deliver()
    number = idweb()
    await bring(settings, AFTER, call(number, "Serpents d'église"))
    await mailroom.deliver(AFTER)
    await dismiss(world.alpha, search)
    await mailroom.deliver(AFTER + SOON, tick=TICK)
    assert await mailed(mailroom, world, "alpha") == []
    for name in ("beta", "coordinator"):
        assert len(await mailed(mailroom, world, name)) == 1, name
    feeds = [await opened(person) for person in (world.alpha, world.beta)]
    shown = [
        every(await read(world, f"{path}?search_id={search['id']}"), "entry") for path, _ in feeds
    ]
    assert [len(entries) for entries in shown] == [0, 1]
    # It fits no more, then again: that is news, but not to who wanted none of it.
    await bring(settings, AFTER + LATER, call(number, "Cors d'église"))
    await mailroom.deliver(AFTER + LATER)
    again = AFTER + 2 * LATER
    await bring(settings, again, call(number, "Serpents d'église, rectifié"))
    await mailroom.deliver(again)
    assert await kinds(world.alpha) == ["match"]
    assert await kinds(world.contributor) == ["match"]
    assert await kinds(world.beta) == ["match", "match"]
    assert await kinds(world.coordinator) == ["match", "match"]


async def test_what_fits_no_more_when_the_mail_goes_out_is_left_out_of_it(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await at_once(world, world.alpha)
    await save(world.alpha, "Cuivres", words="saqueboutes")
    await mailroom.deliver()
    gone, kept = idweb(), idweb()
    await bring(settings, AFTER, call(gone, "Saqueboutes"), call(kept, "Deux saqueboutes"))
    await mailroom.deliver(AFTER)
    await bring(settings, AFTER, call(gone, "Trombones"))
    await mailroom.deliver(AFTER + timedelta(minutes=1))
    await mailroom.deliver(AFTER + SOON, tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert "Deux saqueboutes" in message
    assert "Trombones" not in message


async def test_a_correction_of_what_one_follows_is_told_once_though_a_search_finds_it_too(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await at_once(world, world.alpha)
    mark = word()
    search = await save(world.alpha, "Médiation", words=mark)
    await mailroom.deliver()
    number, _ = await published(settings, "2026-03-30T12:00:00", objet=f"Ateliers {mark}")
    await mailroom.deliver(AFTER)
    (match,) = await matches(world.alpha, search)
    ok(await world.alpha.post(f"/v1/saved-searches/{search['id']}/matches/{match['id']}/follows"))
    await mailroom.deliver(AFTER + SOON, tick=TICK)
    later = AFTER + LATER
    await published(
        settings,
        "2026-04-10T12:00:00",
        nature="RECTIFICATIF",
        annonce_lie=[number],
        objet=f"Ateliers {mark}",
    )
    await mailroom.deliver(later)
    assert sorted(await kinds(world.alpha)) == ["deadline_moved", "match", "match"]
    await mailroom.deliver(later + SOON, tick=TICK)
    message = (await mailed(mailroom, world, "alpha"))[-1]
    assert message.count(f"    Ateliers {mark}\n") == 1
    assert "Date limite reportée au 10\u00a0avril 2026" in message
    assert "Trouvé par" not in message


async def test_a_call_and_its_correction_found_together_are_one_line_that_says_so(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await at_once(world, world.alpha)
    mark = word()
    await save(world.alpha, "Par le mot", words=mark)
    await save(world.alpha, "Par le lieu", words=f"ateliers {mark}", departments=["42"])
    await mailroom.deliver()
    number, _ = await published(settings, "2026-03-30T12:00:00", objet=f"Ateliers {mark}")
    await published(
        settings,
        "2026-04-10T12:00:00",
        nature="RECTIFICATIF",
        annonce_lie=[number],
        objet=f"Ateliers {mark}",
    )
    await mailroom.deliver(AFTER)
    assert await kinds(world.alpha) == ["match"] * 4
    assert {one["notice_kind"] for one in await alerts(world.alpha)} == {"call", "correction"}
    await mailroom.deliver(AFTER + SOON, tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert message.count(f"    Ateliers {mark}\n") == 1
    assert (
        "    Avis rectificatif.\n"
        "    Date limite\u00a0: 10\u00a0avril 2026 à 12\u00a0h\u00a000 (heure de Paris)\n"
        f"    Pourquoi\u00a0: «\u00a0ateliers\u00a0», «\u00a0{mark}\u00a0»\u202f; Loire (42)\n"
    ) in message


async def test_what_was_found_before_the_worker_stopped_for_days_is_told_when_it_is_back(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await save(world.alpha, "Vielles", words="vielles")
    await mailroom.deliver()
    await bring(settings, AFTER, call(idweb(), "Vielles à roue"))
    async with open_database(settings.login_url(), role=JOB, size=1) as job:
        ids = await arrived(world.owner, "Vielles à roue")
        async with job.transaction() as session:
            assert await searches.match_notices(session, ids, AFTER) == 1
    await as_owner(world, "DELETE FROM procrastinate_jobs WHERE :cluster IS NOT NULL")
    await mailroom.deliver(AFTER + timedelta(days=4), tick="searches.tell")
    assert await kinds(world.alpha) == ["match"]


async def arrived(owner: Database, title: str) -> list[Any]:
    """The notices of that title."""
    async with owner.transaction() as session:
        query = text("SELECT id FROM notice WHERE title = :title")
        return list(await session.scalars(query, {"title": title}))


async def test_of_two_batches_matched_at_once_neither_goes_untold(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    """The second adds to news that is being told at that moment."""
    await save(world.alpha, "Épinettes", words="épinettes")
    await mailroom.deliver()
    for title in ("Épinettes une", "Épinettes deux"):
        await bring(settings, AFTER, call(idweb(), title))
    first, second = [
        await arrived(world.owner, title) for title in ("Épinettes une", "Épinettes deux")
    ]
    await as_owner(world, "DELETE FROM procrastinate_jobs WHERE :cluster IS NOT NULL")
    async with open_database(settings.login_url(), role=JOB, size=3) as job:
        async with job.transaction() as session:
            await searches.match_notices(session, first, AFTER)
        async with job.transaction() as session:
            assert await searches.match_notices(session, second, AFTER + SOON) == 1
            await asyncio.wait_for(mailroom.deliver(AFTER + SOON, tick="searches.tell"), 30)
    await mailroom.deliver(AFTER + 2 * SOON, tick="searches.tell")
    assert sorted(one["title"] for one in await alerts(world.alpha)) == [
        "Épinettes deux",
        "Épinettes une",
    ]


async def test_who_refused_mails_is_alerted_and_mailed_nothing(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    never = await put(world, world.alpha, "/v1/me/alert-preferences", {"digest": "never"})
    assert never.status_code == 200
    await at_once(world, world.contributor)
    await save(world.alpha, "Luths", words="théorbes")
    await mailroom.deliver()
    await bring(settings, AFTER, call(idweb(), "Théorbes"))
    await mailroom.deliver(AFTER)
    await mailroom.deliver(AFTER + SOON, tick=TICK)
    assert await kinds(world.alpha) == ["match"]
    assert await mailed(mailroom, world, "alpha") == []
    assert len(await mailed(mailroom, world, "contributor")) == 1


async def test_who_is_gone_when_something_is_found_is_told_nothing(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await save(world.coordinator, "Commune", words="bombardes")
    await mailroom.deliver()
    person = "(SELECT id FROM person WHERE email = :mail)"
    mail = f"viewer@test-{world.cluster_id.hex}.example"
    await as_owner(
        world,
        f"UPDATE person SET disabled_at = :at WHERE id = {person} AND :cluster IS NOT NULL",
        mail=mail,
        at=NOW,
    )
    left = "UPDATE member SET state = 'left', left_on = :day WHERE cluster_id = :cluster"
    await as_owner(world, f"{left} AND name = 'Beta'", day=NOW.date())
    await bring(settings, AFTER, call(idweb(), "Bombardes"))
    await mailroom.deliver(AFTER)
    async with world.owner.transaction() as session:
        told = await session.scalars(
            text(
                "SELECT p.name FROM alert a JOIN membership m ON m.id = a.membership_id"
                " JOIN person p ON p.id = m.person_id WHERE a.cluster_id = :cluster"
            ),
            {"cluster": world.cluster_id},
        )
        names = set(told)
    assert {"Alpha", "Contributor", "Gamma", "Coordinator"} <= names
    assert not {"Viewer", "Beta", "Integration"} & names
