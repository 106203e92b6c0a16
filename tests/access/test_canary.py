"""Trial 4: whoever is outside a consortium crawls everything and comes upon nothing of it."""

from collections.abc import Iterable

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from structlog.testing import capture_logs

from app.infra.db import Database
from app.settings import Settings
from tests.access.canaries import HEADER, Canaries, rows_of, written_by
from tests.access.crawler import Crawler
from tests.access.scene import MARKS, Scene, build_scene
from tests.world import Person

pytestmark = [pytest.mark.crawl, pytest.mark.xdist_group("canaries")]
MARK = MARKS[0]
PRICED = {"lot_price", "split_item", "split_line", "split_part"}
"""Tables with rows of each lot, open to overseers for those that were won."""


@pytest.fixture(scope="session")
async def insider(scene: Scene, rehearsal: AsyncClient) -> Crawler:
    """Alpha, who leads X: what it comes upon, strangers ask for by name."""
    return await Crawler(rehearsal, scene.world.alpha.token, words_of(scene)).crawl()


@pytest.fixture(scope="session")
async def secrets(scene: Scene, owner: Database) -> Canaries:
    """All that X has written, at every stage; and what alpha answers alone."""
    framework = scene.held().frame.bid.body["id"]
    x = [framework, *(one.x.id for one in scene.stages.values())]
    found = await written_by(owner, x, MARK)
    found.ids.add(scene.own["solo_bid_id"].removeprefix("sol_"))
    return found


def words_of(scene: Scene) -> tuple[str, ...]:
    """What to search for: a text and an amount of X."""
    return (f"{MARK} mandat submitted", str(scene.stages["submitted"].x.price))


async def crawled(
    client: AsyncClient, person: Person | None, insider: Crawler, scene: Scene
) -> Crawler:
    """All that someone comes upon who knows every id and some words of X."""
    crawler = Crawler(client, person.token if person else None, words_of(scene))
    for held in insider.known.values():
        crawler.learn(" ".join(held))
    return await crawler.crawl()


def assert_unseen(secrets: Canaries, crawler: Crawler) -> None:
    """Assert that no canary stands in any answer."""
    leaks = {
        (asked, one)
        for asked, (_, headers, body) in crawler.answers.items()
        for one in secrets.sighted(f"{headers} {body}")
    }
    assert leaks == set()


def test_the_canaries_are_there_for_who_may_see_them(secrets: Canaries, insider: Crawler) -> None:
    seen = secrets.sighted(insider.text())
    for kind in (secrets.texts, {str(one) for one in secrets.cents}):
        assert len(kind & seen) >= 10, kind - seen
    assert len(secrets.ids & seen) >= 20


def test_the_crawler_reads_what_a_pdf_says(secrets: Canaries, insider: Crawler) -> None:
    pages = [
        body
        for (operation, *_), (_, _, body) in insider.answers.items()
        if operation == "download_document"
    ]
    seen = secrets.sighted("\n".join(pages))
    assert len(secrets.texts & seen) >= 4
    assert len({str(one) for one in secrets.cents} & seen) >= 8


@pytest.mark.parametrize("name", ["gamma", "delta", "spectator"])
async def test_a_rival_comes_upon_nothing(
    name: str, scene: Scene, rehearsal: AsyncClient, insider: Crawler, secrets: Canaries
) -> None:
    crawler = await crawled(rehearsal, scene.world.people[name], insider, scene)
    assert len(crawler.answers) > 100
    assert_unseen(secrets, crawler)


async def test_an_invited_company_comes_upon_a_header_and_no_price(
    scene: Scene, rehearsal: AsyncClient, insider: Crawler, owner: Database
) -> None:
    secrets = await written_by(owner, [scene.stages["invited"].x.id], MARK)
    secrets.ids.clear()  # those of the header, its lots and its own party are told
    secrets.texts.discard(f"{MARK} invited")
    assert secrets.texts
    assert secrets.cents
    crawler = await crawled(rehearsal, scene.world.beta, insider, scene)
    assert_unseen(secrets, crawler)


@pytest.mark.parametrize("name", ["coordinator", "alpha"])
async def test_another_cluster_comes_upon_nothing(
    name: str,
    scene: Scene,
    elsewhere: Scene,
    rehearsal: AsyncClient,
    insider: Crawler,
    secrets: Canaries,
    owner: Database,
) -> None:
    # Nothing of this cluster at all, not only nothing of X.
    of_the_cluster = Canaries(await every_id(owner, scene), secrets.texts, secrets.cents)
    crawler = await crawled(rehearsal, elsewhere.world.people[name], insider, scene)
    assert_unseen(of_the_cluster, crawler)


@pytest.mark.parametrize("name", ["coordinator", "treasurer", "auditor"])
async def test_overseers_see_a_header_until_a_lot_is_won_and_that_lot_alone(
    name: str, scene: Scene, rehearsal: AsyncClient, insider: Crawler, owner: Database
) -> None:
    secrets = Canaries()
    undecided = [one.x.id for stage, one in scene.stages.items() if stage != "won"]
    for table, row in await rows_of(owner, undecided):
        known = HEADER if table == "consortium" else frozenset()
        secrets.add_row({k: v for k, v in row.items() if k not in known}, MARK)
    won = scene.stages["won"].x
    for table, row in await rows_of(owner, [won.id]):
        if table in PRICED and f"lot_{row['lot_id'].replace('-', '')}" not in (won.lot_id):
            secrets.add_row(row, "no text: the same stand on the lot that was won")
    assert len(secrets) > 100
    crawler = await crawled(rehearsal, scene.world.people[name], insider, scene)
    assert_unseen(secrets, crawler)


async def test_without_signing_in_there_is_nothing(
    scene: Scene, rehearsal: AsyncClient, insider: Crawler, secrets: Canaries
) -> None:
    crawler = await crawled(rehearsal, None, insider, scene)
    assert_unseen(secrets, crawler)
    metrics = (await rehearsal.get("/metrics")).text
    assert secrets.sighted(metrics) == set()


async def test_what_is_logged_queued_and_mailed_holds_no_word_and_no_amount(
    client: AsyncClient, owner: Database, settings: Settings
) -> None:
    with capture_logs() as lines:
        scene = await build_scene(client, owner)
    consortia = [side.id for one in scene.stages.values() for side in (one.x, one.y)]
    for mark in MARKS:
        secrets = await written_by(owner, consortia, mark)
        secrets.ids.clear()  # a path holds the id that its caller sent
        assert secrets.texts
        assert secrets.sighted("\n".join(map(str, lines))) == set()
        assert secrets.sighted("\n".join(await queued(owner, scene))) == set()
        assert secrets.sighted("\n".join(mailed(settings))) == set()


async def queued(owner: Database, scene: Scene) -> list[str]:
    """The jobs that a cluster asked for, with their arguments."""
    query = text("SELECT args::text FROM procrastinate_jobs WHERE args ->> 'cluster_id' = :id")
    async with owner.transaction() as session:
        return list(await session.scalars(query, {"id": str(scene.world.cluster_id)}))


def mailed(settings: Settings) -> Iterable[str]:
    """What lies in the folder of mails, when mail goes there."""
    for path in settings.data_dir.glob("mail/**/*.eml"):
        yield path.read_text(errors="replace")


async def every_id(owner: Database, scene: Scene) -> set[str]:
    """The ids of every row of a cluster."""
    tables = text(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relforcerowsecurity"
        " AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid"
        "      AND a.attname IN ('cluster_id', 'id') AND NOT a.attisdropped) = 2"
    )
    found: set[str] = set()
    async with owner.transaction() as session:
        for name in list(await session.scalars(tables)):
            rows = text(f"SELECT id FROM {name} WHERE cluster_id = :id")
            ids = await session.scalars(rows, {"id": scene.world.cluster_id})
            found.update(one.hex for one in ids)
    return found
