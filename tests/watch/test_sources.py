"""Sources that the operator adds, and how fresh each is."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.commands.freshness import ago, clock, line
from app.infra.db import Database
from app.kernel.errors import Conflict, Invalid
from app.watch import service
from app.watch.models import Source
from app.watch.service import Asking
from app.watch.sources import UnknownSource
from app.watch.sources.kinds import KINDS
from app.watch.sources.settings import checked
from tests.watch.notices import one
from tests.watch.ocds_samples import Json, release
from tests.watch.portal import CONTACT, Answer, Naps
from tests.watch.publisher import PATH, Publisher, releases
from tests.world import NOW, World

PARIS_HOURS = "15 6,12,18 * * *"


@pytest.fixture
async def shire(owner: Database) -> AsyncIterator[Publisher]:
    """A publisher on the loopback, added as a source and turned on."""
    with Publisher() as publisher:
        async with owner.transaction() as session:
            await forget(owner)
            await service.add_source(
                session,
                "shire",
                kind="ocds",
                base_url=publisher.url + PATH,
                settings={"from": "from", "to": "to", "zone": "Europe/London"},
            )
            await service.enable_source(session, "shire", pace_ms=0, window_days=1)
        yield publisher
        await forget(owner)


async def forget(owner: Database) -> None:
    async with owner.transaction() as session:
        for table, column in (
            ("set_aside", "run_id IN (SELECT id FROM import_run WHERE source"),
            ("notice_version", "notice_id IN (SELECT id FROM notice WHERE source"),
        ):
            await session.execute(text(f"DELETE FROM {table} WHERE {column} = 'shire')"))
        for table, column in (("import_run", "source"), ("notice", "source"), ("source", "id")):
            await session.execute(text(f"DELETE FROM {table} WHERE {column} = 'shire'"))


async def fetch(importer: Database) -> service.Run:
    asking = Asking(importer, contact=CONTACT, clock=lambda: NOW, sleep=Naps())
    run = await service.import_source(asking, "shire", sole=True)
    assert run is not None
    return run


async def listed(world: World, source: str) -> Json:
    items = (await world.viewer.get("/v1/sources")).json()["items"]
    found: Json = next(one_ for one_ in items if one_["id"] == source)
    return found


async def test_a_publisher_that_was_added_is_imported_by_its_settings(
    importer: Database, owner: Database, shire: Publisher
) -> None:
    shire.releases = [
        *releases(5),
        release(ocid="ocds-x", id="x", tender={}, date="2026-03-02T08:00:00Z"),
    ]
    run = await fetch(importer)
    assert (run.state, run.counts.new, run.counts.set_aside) == ("done", 5, 1)
    again = await fetch(importer)
    assert (again.counts.new, again.counts.same) == (0, 5)
    row = await one(owner, "SELECT * FROM notice WHERE source = 'shire' ORDER BY source_id LIMIT 1")
    assert row.procedure_id == "ocds-t3st01-2026-03-01-0"
    # The zone is the publisher's setting.
    assert row.deadline_zone == "Europe/London"


async def test_a_release_published_anew_is_a_version_and_a_later_one_follows_it(
    importer: Database, owner: Database, shire: Publisher, world: World
) -> None:
    (first,) = releases(1)
    shire.releases = [first]
    await fetch(importer)
    later = {**first, "id": "later", "tag": ["tenderAmendment"], "date": "2026-03-01T15:00:00Z"}
    mended = {**first, "tender": {**first["tender"], "title": "Repair of the glockenspiel"}}
    shire.releases = [mended, later]
    run = await fetch(importer)
    assert (run.counts.changed, run.counts.new) == (1, 1)
    (found,) = (await world.viewer.get("/v1/notices", q="glockenspiel")).json()["items"]
    detail = (await world.viewer.get(f"/v1/notices/{found['id']}")).json()
    assert [known["version"] for known in detail["versions"]] == [2, 1]


async def test_freshness_is_told_as_facts(
    importer: Database, owner: Database, shire: Publisher, world: World
) -> None:
    before = await listed(world, "shire")
    assert (before["last_success_at"], before["failing_since"], before["next_at"]) == (None,) * 3
    await fetch(importer)
    async with importer.transaction() as session:
        assert "shire" in await service.request_due_imports(session, NOW)
    after = await listed(world, "shire")
    assert after["kind"] == "ocds"
    assert after["last_success_at"] == "2026-03-02T09:00:00Z"
    # A quarter past noon in Paris.
    assert after["next_at"] == "2026-03-02T11:15:00Z"
    shire.script = [Answer(403, headers={"Retry-After": "7200"})]
    failed = await fetch(importer)
    assert failed.error == "La source répond 403."
    broken = await listed(world, "shire")
    assert broken["failing_since"] == "2026-03-02T09:00:00Z"
    assert broken["last_error"] == "La source répond 403."
    async with owner.transaction() as session:
        await service.disable_source(session, "shire")
    assert (await listed(world, "shire"))["next_at"] is None


async def test_a_source_that_asked_for_quiet_is_next_asked_after_it(
    importer: Database, shire: Publisher, world: World
) -> None:
    shire.script = [Answer(429, headers={"Retry-After": "10800"})]
    await fetch(importer)
    async with importer.transaction() as session:
        assert "shire" not in await service.request_due_imports(session, NOW)
    assert (await listed(world, "shire"))["next_at"] == "2026-03-02T12:00:00Z"


async def test_british_publishers_are_known_and_off(world: World) -> None:
    for source in ("uk-find-a-tender", "uk-contracts-finder"):
        preset = await listed(world, source)
        assert (preset["kind"], preset["enabled"], preset["last_success_at"]) == (
            "ocds",
            False,
            None,
        )


async def test_the_presets_settings_are_those_that_their_kind_knows(owner: Database) -> None:
    async with owner.transaction() as session:
        for source in await service.list_sources(session):
            assert checked(KINDS[source.kind].settings, source.settings).keys() == set(
                source.settings
            )


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"source_id": "Shire!"}, Invalid),
        ({"source_id": "boamp"}, Conflict),
        ({"kind": "gopher"}, Invalid),
        ({"base_url": None}, Invalid),
        ({"base_url": "ftp://example.org"}, Invalid),
        ({"settings": {"paging": "guess"}}, Invalid),
        ({"settings": {"zone": "Nowhere"}}, Invalid),
        ({"catalogue": "nothing"}, UnknownSource),
    ],
)
async def test_a_source_that_cannot_be_is_refused(
    owner: Database, given: dict[str, Any], error: type[Exception]
) -> None:
    good: dict[str, Any] = {
        "source_id": "shire-2",
        "kind": "ocds",
        "base_url": "https://publisher.example/api",
    }
    values = {**good, **given}
    source_id = values.pop("source_id")
    with pytest.raises(error):
        async with owner.transaction() as session:
            await service.add_source(session, source_id, **values)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "à l'instant"),
        (timedelta(seconds=59), "à l'instant"),
        (timedelta(minutes=12, seconds=30), "il y a 12 min"),
        (timedelta(minutes=60), "il y a 1 h"),
        (timedelta(hours=47, minutes=59), "il y a 47 h"),
        (timedelta(days=9), "il y a 9 jours"),
    ],
)
def test_how_long_ago_is_said_in_words(passed: timedelta, said: str) -> None:
    assert ago(NOW - passed, NOW) == said


def test_a_failure_is_said_by_its_hour_in_paris_and_its_day_when_it_is_older() -> None:
    assert clock(datetime(2026, 3, 2, 2, 10, tzinfo=UTC), NOW) == "03:10"
    assert clock(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), NOW) == "00:30"
    assert clock(datetime(2026, 2, 27, 2, 10, tzinfo=UTC), NOW) == "27/02/2026 03:10"
    source = Source(
        window_days=3, pace_ms=1000, id="s", kind="ocds", enabled=True, cron=PARIS_HOURS
    )
    source.last_success_at = NOW - timedelta(minutes=12)
    source.failing_since = datetime(2026, 3, 2, 2, 10, tzinfo=UTC)
    source.last_error = "La source répond 503."
    assert line(source, NOW) == (
        f"s (ocds) : allumée, horaire {PARIS_HOURS}, 3 j de recul, un pas de 1000 ms, "
        "à jour il y a 12 min, "
        "en échec depuis 03:10 : La source répond 503."
    )
    source.last_success_at = source.failing_since = None
    assert line(source, NOW).endswith("jamais lue")
