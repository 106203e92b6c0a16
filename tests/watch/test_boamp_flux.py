"""The bulletin's daily XML over HTTP: folders of days, whatever their page looks like."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.infra.db import Database
from app.watch import service
from app.watch.domain import UnreadableItem
from app.watch.service import import_source
from app.watch.service.sources import OtherDoorOpen
from app.watch.sources import SourceFailure
from app.watch.sources.boamp_flux import pages
from tests.loopback import Loopback, send
from tests.watch.boamp_documents import document
from tests.watch.notices import idweb, national, stored
from tests.watch.portal import Naps, asking
from tests.watch.ted_site import asked_of
from tests.world import NOW

SATURDAY, MONDAY = date(2026, 9, 12), date(2026, 9, 14)
APACHE = (
    "<html><title>Index of /OPENDATA/BOAMP/2026/09/14</title>"
    '<a href="/OPENDATA/BOAMP/2026/09/">Parent Directory</a>{}</html>'
)
LINK = '<a href="{0}.xml">{0}.xml</a> 14-Sep-2026 04:02 12K<br>'


class Folders(Loopback):
    """Serves pages and files by their path; 404 for the others."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Give the file, or say that there is none."""
        path = urlsplit(handler.path).path
        self.asked.append(path)
        status, body = self.files.get(path, (404, "<html>Not Found</html>"))
        kind = "application/xml" if path.endswith(".xml") else "text/html"
        send(handler, body.encode(), status, {"content-type": kind})

    def publish(self, day: date, *ids: str, page: str = APACHE, link: str = LINK) -> None:
        """A folder of notices."""
        folder = f"/{day:%Y/%m/%d}/"
        self.files[folder] = (200, page.format("".join(link.format(one) for one in ids)))
        for one in ids:
            self.files[f"{folder}{one}.xml"] = (200, document(national(one, "Orgues")))


@pytest.fixture
def folders() -> Iterator[Folders]:
    with Folders() as running:
        yield running


async def collect(
    folders: Folders, naps: Naps, since: date, until: date, cursor: str | None = None
) -> tuple[list[object], str | None]:
    items: list[object] = []
    async with asked_of(folders.url, since, until, naps, cursor=cursor) as asked:
        try:
            async for page in pages(asked):
                items += page.items
        except SourceFailure as failure:
            return items, failure.detail
    return items, None


@pytest.mark.parametrize(
    ("page", "link"),
    [
        (APACHE, LINK),
        ("<html><h1>Index of /</h1><ul>{}</ul></html>", "<li><a href='./{0}.XML'>{0}</a>"),
        (
            '<?xml version="1.0"?><urlset>{}</urlset>',
            "<loc>https://e.example/2026/09/14/{0}.xml</loc>",
        ),
        ("<listing>{}</listing>", "<file name='{0}.xml'/>"),
    ],
)
async def test_a_days_files_are_found_whatever_lists_them(
    folders: Folders, naps: Naps, page: str, link: str
) -> None:
    folders.publish(MONDAY, "26-2", "26-10", "26-2", page=page, link=link)
    items, failure = await collect(folders, naps, MONDAY, MONDAY)
    assert failure is None
    assert folders.asked == [
        "/2026/09/14/",
        "/2026/09/14/26-2.xml",
        "/2026/09/14/26-10.xml",
    ]
    assert all(isinstance(item, str) for item in items)


async def test_a_day_without_a_folder_or_with_an_empty_one_has_no_notices(
    folders: Folders, naps: Naps
) -> None:
    folders.publish(MONDAY)
    assert await collect(folders, naps, SATURDAY, MONDAY) == ([], None)
    assert len(folders.asked) == 3


async def test_an_address_without_any_folder_is_a_wrong_one(folders: Folders, naps: Naps) -> None:
    items, failure = await collect(folders, naps, date(2026, 9, 7), MONDAY)
    assert (items, failure) == ([], "Aucun dossier d'un jour n'existe à cette adresse.")


async def test_a_page_that_is_no_list_fails_the_run(folders: Folders, naps: Naps) -> None:
    folders.files["/2026/09/14/"] = (200, "<html>Maintenance</html>")
    _, failure = await collect(folders, naps, MONDAY, MONDAY)
    assert failure == "La page du 14/09/2026 n'est pas une liste d'avis."


async def test_a_refused_folder_fails_the_run(folders: Folders, naps: Naps) -> None:
    folders.files["/2026/09/14/"] = (403, "")
    assert (await collect(folders, naps, MONDAY, MONDAY))[1] == "La source répond 403."


async def test_a_file_that_is_gone_is_set_aside(folders: Folders, naps: Naps) -> None:
    folders.publish(MONDAY, "26-1", "26-2")
    del folders.files["/2026/09/14/26-1.xml"]
    items, failure = await collect(folders, naps, MONDAY, MONDAY)
    assert failure is None
    assert isinstance(items[0], UnreadableItem)
    assert items[0].address == f"{folders.url}/2026/09/14/26-1.xml"
    assert isinstance(items[1], str)


async def test_one_goes_on_after_the_last_file_stored(folders: Folders, naps: Naps) -> None:
    folders.publish(SATURDAY, "26-9")
    folders.publish(MONDAY, "26-2", "26-10")
    await collect(folders, naps, SATURDAY, MONDAY, "2026-09-14 26-2")
    assert folders.asked == ["/2026/09/14/", "/2026/09/14/26-10.xml"]


@pytest.fixture
async def flux_on(owner: Database, folders: Folders) -> AsyncIterator[None]:
    """The second door open towards the loopback, the first one shut."""
    async with owner.transaction() as session:
        await service.disable_source(session, "boamp")
        await service.enable_source(session, "boamp-xml", base_url=folders.url, pace_ms=0)
    yield
    async with owner.transaction() as session:
        source = await service.disable_source(session, "boamp-xml")
        source.last_success_at = source.failing_since = source.last_error = None


@pytest.mark.usefixtures("flux_on")
async def test_what_comes_through_the_second_door_is_the_bulletins(
    importer: Database, owner: Database, folders: Folders, naps: Naps
) -> None:
    known, fresh = idweb(), idweb()
    await service.import_records(importer, [national(known, "Orgues")], clock=lambda: NOW)
    folders.publish(NOW.date(), known, fresh)
    run = await import_source(asking(importer, naps), "boamp-xml", sole=True)
    assert run is not None
    assert (run.state, run.counts.seen, run.counts.new) == ("done", 2, 1)
    assert len(await stored(importer, known, fresh)) == 2
    async with owner.transaction() as session:
        with pytest.raises(OtherDoorOpen, match="grappe sources off boamp-xml"):
            await service.enable_source(session, "boamp")


@pytest.mark.usefixtures("flux_on")
async def test_the_database_holds_that_one_door_is_open(owner: Database) -> None:
    with pytest.raises(IntegrityError, match="uq_source_open"):
        async with owner.transaction() as session:
            await session.execute(text("UPDATE source SET enabled = true WHERE id = 'boamp'"))
