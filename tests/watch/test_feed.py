"""Feeds of buyers: Atom and RSS of every age, and what no feed can do to the reader."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given

from app.infra.db import Database
from app.watch.domain import Notice, NoticeKind, UnreadableItem
from app.watch.models import Source
from app.watch.service import add_source, disable_source, enable_source, import_source
from app.watch.sources import Asked, SourceFailure
from app.watch.sources.feed import FeedSettings, entries, knows, pages, read, unfolded
from app.watch.sources.polite import PoliteClient
from app.watch.sources.settings import BadSettings, checked
from app.watch.sources.text import without_tags
from tests.loopback import Loopback, send
from tests.watch.portal import CONTACT, Naps, asking
from tests.watch.test_boamp_hostile import JSON
from tests.world import NOW

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
  <title>Ville de Saint-Aubin, marchés publics</title>
  <author><name>Service des achats</name></author>
  <entry>
    <media:title>Une photographie</media:title>
    <id>tag:saint-aubin.example,2026:7</id>
    <title type="html">Réfection de l&amp;#39;orgue &lt;b&gt;du temple&lt;/b&gt;</title>
    <link rel="enclosure" href="https://saint-aubin.example/7.pdf"/>
    <link href="https://saint-aubin.example/avis/7"/>
    <published>2026-02-27T23:30:00+01:00</published>
    <updated>2026-03-01T08:00:00Z</updated>
    <summary type="html">&lt;p&gt;Soufflets&lt;/p&gt;&lt;p&gt;et tuyaux&lt;/p&gt;</summary>
  </entry>
  <entry>
    <id>urn:8</id>
    <title>Achat de bancs</title>
    <updated>2026-03-01T08:00:00Z</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>En chêne</p></div></content>
  </entry>
</feed>"""

RSS = """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
  <title>Annonces</title>
  <atom:link rel="self" href="https://annonces.example/rss"/>
  <item>
    <title><![CDATA[Maîtrise d'œuvre <i>du</i> théâtre]]></title>
    <atom:link rel="related" href="https://elsewhere.example/"/>
    <link>https://annonces.example/1</link>
    <guid isPermaLink="false">1</guid>
    <description><![CDATA[Étude<br/>et chantier<script>alert(1)</script>]]></description>
    <pubDate>Mon, 23 Feb 2026 01:00:00 +0200</pubDate>
    <dc:creator>Région</dc:creator>
  </item>
  <item><title>Sans date</title><link>https://annonces.example/2</link></item>
  <item><description>Sans titre</description><pubDate>Mon, 23 Feb 2026 01:00:00 GMT</pubDate></item>
</channel></rss>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel><title>Vieux flux</title></channel>
  <item rdf:about="https://vieux.example/1"><title>Pupitres</title>
    <link>https://vieux.example/1</link><dc:date>2026-02-20</dc:date></item>
</rdf:RDF>"""


def notices(document: str, **settings: Any) -> list[Notice]:
    return [read(entry, settings) for entry in entries(document) or []]


def test_an_atom_entry_is_a_notice() -> None:
    first, second = notices(ATOM)
    assert first.source_id == "tag:saint-aubin.example,2026:7"
    assert first.title == "Réfection de l'orgue du temple"
    assert first.buyer == "Ville de Saint-Aubin, marchés publics"
    assert first.published_on == date(2026, 2, 27)
    assert first.url == "https://saint-aubin.example/avis/7"
    assert first.description == "Soufflets\n\net tuyaux"
    assert (first.kind, first.deadline) == (NoticeKind.CALL, None)
    assert (second.published_on, second.url) == (date(2026, 3, 1), None)
    assert second.description == "En chêne"


def test_an_rss_item_is_a_notice_or_has_a_reason() -> None:
    good, undated, untitled = entries(RSS) or []
    notice = read(good, {})
    assert notice.source_id == "1"
    assert notice.title == "Maîtrise d'œuvre du théâtre"
    assert notice.url == "https://annonces.example/1"
    assert notice.description == "Étude\net chantier"
    # The day in the publisher's own offset.
    assert notice.published_on == date(2026, 2, 23)
    with pytest.raises(UnreadableItem, match="date"):
        read(undated, {})
    with pytest.raises(UnreadableItem, match="titre"):
        read(untitled, {})


def test_the_oldest_shape_is_read_too() -> None:
    (notice,) = notices(RDF)
    assert (notice.title, notice.buyer, notice.source_id) == (
        "Pupitres",
        "Vieux flux",
        "https://vieux.example/1",
    )


def test_the_operator_may_say_who_buys_and_where() -> None:
    settings = checked(FeedSettings, {"buyer": "Saint-Aubin", "departments": "42,2A"})
    (notice, _) = notices(ATOM, **settings)
    assert (notice.buyer, notice.departments) == ("Saint-Aubin", ("42", "2A"))
    with pytest.raises(BadSettings, match="departments"):
        checked(FeedSettings, {"departments": "99"})


def test_an_untitled_feed_is_bought_by_its_author() -> None:
    assert notices(ATOM.replace("Ville de Saint-Aubin, marchés publics", ""))[0].buyer == (
        "Service des achats"
    )
    (notice, *_) = [read(entry, {}) for entry in (entries(RSS.replace("Annonces", "")) or [])[:1]]
    assert notice.buyer == "Région"


def test_an_entry_without_a_number_is_known_by_its_link_else_by_its_words() -> None:
    unnamed = RSS.replace('<guid isPermaLink="false">1</guid>', "")
    assert read((entries(unnamed) or [])[0], {}).source_id == "https://annonces.example/1"
    bare = unnamed.replace("<link>https://annonces.example/1</link>", "")
    assert read((entries(bare) or [])[0], {}).source_id.startswith("2026-02-23 Maîtrise")
    long = ATOM.replace("urn:8", "urn:" + "8" * 5000)
    assert len(notices(long)[1].source_id) == 64


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss>&b;</rss>',
        '<!DOCTYPE feed SYSTEM "file:///etc/passwd"><feed/>',
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://dtd.example/"><rss/>',
        "<rss><channel><item></channel></rss>",
        "<rss>" + "<a>" * 1000 + "</a>" * 1000 + "</rss>",
        "",
        "Maintenance",
    ],
)
def test_a_hostile_or_broken_document_is_refused_at_once(document: str) -> None:
    started = time.process_time()
    with pytest.raises(UnreadableItem):
        entries(document)
    assert time.process_time() - started < 1
    assert list(unfolded(document)) == [document]


def test_another_document_is_no_feed() -> None:
    assert entries("<ContractNotice/>") is None
    assert list(unfolded("<ContractNotice/>")) == ["<ContractNotice/>"]
    assert [knows(one) for one in unfolded(ATOM)] == [True, True]
    assert not knows({"idweb": "26-1"})


@given(JSON)
def test_any_entry_is_a_notice_or_refused(entry: object) -> None:
    item = {"feed": entry, "entry": entry}
    for one in (item, entry, {**item, "entry": {"title": entry, "updated": entry, "link": entry}}):
        try:
            notice = read(one, {})
        except UnreadableItem as refusal:
            reason = str(refusal)
        else:
            json.dumps(notice.title)
            continue
        assert reason.startswith("L'")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("a < b and c > d", "a < b and c > d"),
        ("<p>one</p><P class='x'>two</P>", "\none\n\ntwo\n"),
        ("l'<em>orgue</em>", "l'orgue"),
        ("<style>p {}</style>shown<SCRIPT>if (a<b) x()</SCRIPT>!", "\nshown\n!"),
        ("<!-- hidden -->shown", "\nshown"),
        ("never <b closed", "never <b closed"),
    ],
)
def test_markup_becomes_words(markup: str, words: str) -> None:
    assert without_tags(markup) == words


@pytest.mark.parametrize("piece", ["<script>", "<", "<a ", "<!--", "</", "<p>x"])
def test_no_markup_costs_more_than_its_length(piece: str) -> None:
    started = time.process_time()
    without_tags(piece * 200_000)
    assert time.process_time() - started < 2


class Site(Loopback):
    """Answers with one document, and keeps what it was asked."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []
        self.conditions: list[tuple[str | None, str | None]] = []

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """The document, whatever is asked, unless it is known already."""
        self.asked.append((handler.path, handler.headers["Accept"]))
        names = (handler.headers["If-None-Match"], handler.headers["If-Modified-Since"])
        self.conditions.append(names)
        if any(name and name in self.headers.values() for name in names):
            send(handler, b"", 304, self.headers)
        else:
            send(handler, self.body, headers=self.headers)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(ATOM.encode()) as running:
        yield running


async def fetched(site: Site, cursor: str | None = None, **settings: Any) -> list[object]:
    async with httpx.AsyncClient(timeout=5) as client:
        polite = PoliteClient(client, contact=CONTACT, pace_ms=0, clock=lambda: NOW, sleep=Naps())
        asked = Asked(
            polite,
            site.url + "/feed",
            since=NOW.date(),
            until=None,
            now=NOW,
            cursor=cursor,
            settings=settings,
        )
        return [item for page in [page async for page in pages(asked)] for item in page.items]


async def test_a_feed_is_asked_once_and_read_whole(site: Site) -> None:
    assert len(await fetched(site, query={"format": "atom"})) == 2
    ((path, accepted),) = site.asked
    assert path == "/feed?format=atom"
    assert "application/atom+xml" in accepted


async def test_letters_in_other_bytes_are_read(site: Site) -> None:
    site.body = ATOM.replace('encoding="utf-8"', 'encoding="ISO-8859-1"').encode("latin-1")
    assert read((await fetched(site))[0], {}).title == "Réfection de l'orgue du temple"


@pytest.mark.parametrize(
    "body", [b"<html><body>Maintenance</body></html>", b"{}", b"", ATOM.encode()[:-20]]
)
async def test_what_is_no_feed_is_a_clear_failure(site: Site, body: bytes) -> None:
    site.body = body
    with pytest.raises(SourceFailure, match=r"flux|XML"):
        await fetched(site)


@pytest.fixture
async def feed(owner: Database, site: Site) -> AsyncIterator[str]:
    """A feed that is on."""
    name = "feed-" + uuid4().hex[:8]
    async with owner.transaction() as session:
        await add_source(session, name, kind="feed", base_url=site.url, settings={})
        await enable_source(session, name, pace_ms=0)
    yield name
    async with owner.transaction() as session:
        await disable_source(session, name)


async def test_a_feed_that_has_not_changed_is_not_read_again(
    importer: Database, owner: Database, site: Site, feed: str
) -> None:
    site.headers = {"ETag": 'W/"1"', "Last-Modified": "Mon, 02 Mar 2026 06:00:00 GMT"}

    async def seen() -> int:
        run = await import_source(asking(importer, Naps()), feed)
        assert run is not None
        assert run.state == "done"
        return run.counts.seen

    assert [await seen() for _ in range(3)] == [2, 0, 0]
    known = (site.headers["ETag"], site.headers["Last-Modified"])
    assert site.conditions == [(None, None), known, known]
    # What a source says it is, it may be no more.
    site.headers = {"ETag": 'W/"2"'}
    assert [await seen() for _ in range(2)] == [2, 0]
    # Read by other settings, it is another feed.
    async with owner.transaction() as session:
        row = await session.get_one(Source, feed)
        row.settings = {"buyer": "Ville de Saint-Aubin"}
    assert await seen() == 2
    assert site.conditions[-1] == (None, None)
    site.headers = {"ETag": '"' + "x" * 600 + '"'}
    assert [await seen() for _ in range(2)] == [2, 2]


async def test_of_a_feed_whose_only_page_is_stored_nothing_is_left_to_ask(site: Site) -> None:
    assert await fetched(site, cursor="{}") == []
    assert site.asked == []
