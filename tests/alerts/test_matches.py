"""A saved search written before lunch alerts on a notice imported after."""

from datetime import timedelta

from sqlalchemy import text

from app.alerts.tasks import TICK
from app.settings import Settings
from tests.alerts.steps import AFTER, alerts, as_owner, at_once, bring, hexed, kinds, mailed
from tests.alerts.test_feeds import every, opened, read
from tests.alerts.test_feeds import text as text_of
from tests.consortia.steps import ok
from tests.mailroom import Mailroom
from tests.searches.steps import call, save
from tests.watch.notices import idweb, national
from tests.world import NOW, World

WORD = "xylophones"


async def test_a_search_written_before_lunch_alerts_on_a_notice_imported_after(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await at_once(world, world.alpha)
    before, after = idweb(), idweb()
    await bring(settings, NOW - timedelta(days=1), call(before, f"Accord de {WORD}"))
    await mailroom.deliver()
    search = await save(world.alpha, "Percussions", words=WORD)
    await mailroom.deliver()
    assert await kinds(world.alpha) == []  # what was there before it is there to be seen
    fields = {"nomacheteur": "Ville de Saint-Aubin", "code_departement": ["44"]}
    await bring(settings, AFTER, call(after, f"Fourniture de {WORD}", **fields))
    await mailroom.deliver(AFTER)
    (alert,) = await alerts(world.alpha)
    assert (alert["kind"], alert["search_id"]) == ("match", search["id"])
    assert alert["search_name"] == "Percussions"
    assert alert["title"] == f"Fourniture de {WORD}"
    assert alert["why"]["words"] == [WORD]
    await mailroom.deliver(AFTER + timedelta(minutes=5), tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert "Trouvé par «\u00a0Percussions\u00a0»\u00a0:\n" in message
    assert f"    Fourniture de {WORD}\n    Ville de Saint-Aubin" in message
    assert f"    Pourquoi\u00a0: «\u00a0{WORD}\u00a0»\n" in message
    assert f"idweb:{after}\n" in message
    for stranger in (world.beta, world.coordinator):
        assert await kinds(stranger) == []
    assert await mailed(mailroom, world, "beta") == []


async def test_a_mail_says_what_a_code_means_by_the_narrowest_label_known(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await at_once(world, world.alpha)
    await save(world.alpha, "Instruments", cpv=["373"], words=WORD)
    await mailroom.deliver()
    await bring(settings, AFTER, national(idweb(), f"Lames de {WORD}", cpv="37311000"))
    await mailroom.deliver(AFTER)
    await mailroom.deliver(AFTER + timedelta(minutes=5), tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    flat = " ".join(message.split())
    assert "CPV 37311000 (Instruments de musique et pièces)" in flat


async def test_a_run_of_thousands_is_one_mail_of_a_bounded_length(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await at_once(world, world.alpha)
    await save(world.alpha, "Tout", words="vibraphones")
    await mailroom.deliver()
    records = [call(idweb(), f"Vibraphones, tranche {n}") for n in range(3_000)]
    await bring(settings, AFTER, *records)
    await mailroom.deliver(AFTER)
    await mailroom.deliver(AFTER + timedelta(minutes=5), tick=TICK)
    await mailroom.deliver(AFTER + timedelta(minutes=6), tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert message.count("    Vibraphones, tranche") == 30
    assert "Et 2\u202f970 autres" in message, message[-900:]


async def test_the_clusters_search_tells_everyone_and_a_notice_found_twice_is_told_once(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await at_once(world, world.alpha)
    await save(world.coordinator, "Commune", words="célestas")
    await save(world.alpha, "Autre", words="célestas accordés")
    await mailroom.deliver()
    await bring(settings, AFTER, call(idweb(), "Célestas accordés"))
    await mailroom.deliver(AFTER)
    assert await kinds(world.alpha) == ["match", "match"]
    for name in ("beta", "coordinator", "auditor"):
        assert await kinds(world.people[name]) == ["match"], name
    assert await kinds(world.integration) == []
    await mailroom.deliver(AFTER + timedelta(minutes=5), tick=TICK)
    (message,) = await mailed(mailroom, world, "alpha")
    assert "Trouvé par «\u00a0Autre\u00a0», «\u00a0Commune\u00a0»\u00a0:" in message
    assert message.count("    Célestas accordés\n") == 1


async def test_a_match_is_told_once_and_an_ended_search_tells_nothing(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    search = await save(world.alpha, "Cloches", words="carillons")
    await mailroom.deliver()
    number = idweb()
    await bring(settings, AFTER, call(number, "Carillons"))
    await mailroom.deliver(AFTER)
    later = AFTER + timedelta(hours=1)
    await bring(settings, later, call(number, "Carillons, objet précisé"))
    await mailroom.deliver(later)
    assert await kinds(world.alpha) == ["match"]
    own = f"/v1/saved-searches/{search['id']}"
    ended = await world.client.delete(own, headers=world.alpha.headers())
    assert ended.status_code == 204
    await bring(settings, later, call(idweb(), "Carillons encore"))
    await mailroom.deliver(later + timedelta(minutes=1))
    assert await kinds(world.alpha) == ["match"]
    # What it found is shown no more: neither in the mail that was being gathered.
    await mailroom.deliver(later + timedelta(days=1), tick=TICK)
    assert await mailed(mailroom, world, "alpha") == []


async def test_a_feed_of_one_search_shows_its_matches_alone_and_a_rivals_none(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    bells = await save(world.alpha, "Cloches & <b>gongs</b>", words="gongs")
    drums = await save(world.alpha, "Tambours", words="tambourins")
    theirs = await save(world.beta, "Secret", words="gongs")
    await mailroom.deliver()
    await bring(settings, AFTER, call(idweb(), "Gongs"), call(idweb(), "Tambourins"))
    await mailroom.deliver(AFTER)
    path, _ = await opened(world.alpha)
    for search, title in ((bells, "Gongs"), (drums, "Tambourins")):
        feed = await read(world, f"{path}?search_id={search['id']}")
        (entry,) = every(feed, "entry")
        assert text_of(entry, "title") == f"Nouvel avis\u00a0: {title}"
        assert text_of(feed, "title").endswith(search["name"])
    assert len(every(await read(world, path), "entry")) == 2
    hidden = await world.client.get(f"{path}?search_id={theirs['id']}")
    never = await world.client.get(f"{path}?search_id=ssr_{'0' * 32}")
    assert (hidden.status_code, never.status_code) == (404, 404)


async def test_events_say_which_search_and_since_when_to_its_company_alone(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    search = await save(world.alpha, "Canari", words="ocarinas")
    await mailroom.deliver()
    await bring(settings, AFTER, call(idweb(), "Ocarinas canari"))
    await mailroom.deliver(AFTER)
    async with world.owner.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT data, member_id FROM event WHERE cluster_id = :cluster"
                " AND type = 'search.matched'"
            ),
            {"cluster": world.cluster_id},
        )
        ((data, member_id),) = list(rows)
    assert data == {"search_id": str(hexed(search["id"])), "since": AFTER.isoformat()}
    assert member_id == world.alpha.member_id


async def test_whoever_is_removed_between_the_match_and_the_mail_gets_none(
    world: World, settings: Settings, mailroom: Mailroom
) -> None:
    await at_once(world, world.alpha)
    await save(world.alpha, "Cithares", words="cithares")
    await mailroom.deliver()
    await bring(settings, AFTER, call(idweb(), "Cithares"))
    await mailroom.deliver(AFTER)
    people = ok(await world.coordinator.get("/v1/people"), 200)["items"]
    alpha = next(one["id"] for one in people if one["name"] == "Alpha")
    ok(await world.coordinator.post(f"/v1/people/{alpha}/departures"))
    await mailroom.deliver(AFTER + timedelta(minutes=5), tick=TICK)
    assert await mailed(mailroom, world, "alpha") == []
    await as_owner(world, "UPDATE membership SET ended_at = NULL WHERE cluster_id = :cluster")
