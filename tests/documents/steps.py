"""The steps of documents over HTTP."""

from typing import Any

from httpx import Response

from tests.consortia.steps import Bid, ok
from tests.forms.paper import words
from tests.world import Person, World

SIGNED = b"%PDF-1.7\n1 0 obj signed\n" + b"s" * 1_000


async def ask(person: Person, bid: Bid, kind: str, **of: str) -> Response:
    """Issue a document of a joint answer."""
    return await person.post(f"{bid.path}/documents", {"kind": kind, **of})


async def issue(person: Person, bid: Bid, kind: str = "agreement", **of: str) -> Any:
    """The same, which must succeed; gives the document."""
    return ok(await ask(person, bid, kind, **of))


async def read(person: Person, bid: Bid, document: Any) -> str:
    """What a document says."""
    answer = await person.get(f"{bid.path}/documents/{document['id']}/file")
    assert answer.status_code == 200, answer.text
    return words(answer.content)


async def sign(
    person: Person, bid: Bid, document: Any, body: bytes = SIGNED, **query: str
) -> Response:
    """Put the signed file."""
    return await person.client.put(
        f"{bid.path}/documents/{document['id']}/signed-file",
        content=body,
        params=query,
        headers=person.headers({"Content-Type": "application/pdf"}),
    )


async def edit(world: World, clause: str, *, version: int = 0, **more: Any) -> Any:
    """A new version of a clause, by the coordinator."""
    body = {"title": "Objet", "text": "Répondre à {lots}.", "position": 20, **more}
    return ok(await world.coordinator.put(f"/v1/clauses/{clause}", body, version), 200)
