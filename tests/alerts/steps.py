"""What tests of alerts do: publish, follow, correct, look."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from httpx import Response
from sqlalchemy import text

from app.infra.db.connections import IMPORTER
from app.settings import Settings
from app.watch import service as watch
from tests.consortia.steps import ok
from tests.mailroom import Mailroom
from tests.pools import POOLS
from tests.tenders.test_tenders import notice_id, published
from tests.world import Person, World

CLOSES, LATER, EARLIER = "2026-03-30T12:00:00", "2026-04-10T12:00:00", "2026-03-20T12:00:00"

LUNCH = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
AFTER = LUNCH + timedelta(hours=1)


@dataclass
class Call:
    """A notice that is published, and the tender that follows it."""

    settings: Settings
    number: str
    url: str
    tender: Any

    async def again(self, closes: str, **fields: object) -> None:
        """The notice itself reads differently."""
        await published(self.settings, closes, idweb=self.number, url_avis=self.url, **fields)

    async def next(self, nature: str, closes: str = CLOSES, **fields: object) -> None:
        """Another notice names it: a correction, a cancellation, a result."""
        told = {"dateparution": "2026-03-01", "annonce_lie": [self.number], **fields}
        await published(self.settings, closes, nature=nature, **told)


async def followed(world: World, settings: Settings, by: Person, **fields: object) -> Call:
    """A fresh notice that someone follows."""
    number, url = await published(settings, CLOSES, **fields)
    notice = await notice_id(world, url)
    return Call(settings, number, url, ok(await by.post("/v1/tenders", {"notice_id": notice})))


async def alerts(person: Person, **asked: Any) -> list[Any]:
    """What someone should know."""
    items: list[Any] = ok(await person.get("/v1/alerts", **asked), 200)["items"]
    return items


async def kinds(person: Person) -> list[str]:
    """The kinds of it, newest first."""
    return [one["kind"] for one in await alerts(person)]


def mail_of(world: World, name: str) -> str:
    """Someone's address."""
    return f"{name}@test-{world.cluster_id.hex}.example"


async def digests(world: World) -> list[Any]:
    """The cluster's mails, oldest first, as the owner sees them."""
    query = text("SELECT * FROM digest WHERE cluster_id = :cluster ORDER BY id")
    async with world.owner.transaction() as session:
        return list(await session.execute(query, {"cluster": world.cluster_id}))


async def mailed(mailroom: Mailroom, world: World, name: str) -> list[str]:
    """The text of the digests that someone got."""
    return [
        str(one.get_content()).replace("\r\n", "\n")
        for one in mailroom.box.to(mail_of(world, name))
        if "digest." in one["Message-ID"]
    ]


async def as_owner(world: World, statement: str, **values: Any) -> None:
    """What the operator does."""
    async with world.owner.transaction() as session:
        await session.execute(text(statement), {"cluster": world.cluster_id, **values})


def hexed(public: str) -> UUID:
    """The id inside a public one."""
    return UUID(hex=public.partition("_")[2])


async def put(world: World, person: Person, path: str, body: object = None) -> Response:
    """PUT as someone; what has no version asks for none."""
    return await world.client.put(path, json=body, headers=person.headers())


async def bring(settings: Settings, at: datetime, *records: Any, source: str = "boamp") -> None:
    """A real import."""
    importer = await POOLS.of(settings, IMPORTER)
    await watch.import_records(importer, records, source=source, clock=lambda: at)


async def at_once(world: World, person: Person) -> None:
    """Someone is told without delay."""
    body = {"digest": "immediate"}
    assert (await put(world, person, "/v1/me/alert-preferences", body)).status_code == 200
