"""Steps of saved searches over HTTP."""

from typing import Any

from tests.consortia.steps import ok
from tests.watch.notices import slim
from tests.world import Person


def call(source_id: str, title: str, **fields: Any) -> dict[str, Any]:
    """A short record that says that it is a call."""
    return slim(source_id, title, **{"nature": "APPEL_OFFRE", **fields})


async def save(person: Person, name: str = "Veille", **criteria: Any) -> Any:
    """Save a search; the answer's body."""
    body = {"name": name, "criteria": criteria}
    return ok(await person.post("/v1/saved-searches", body))


async def matches(person: Person, search: Any, **asked: Any) -> list[Any]:
    """What a search has found, as a person sees it."""
    path = f"/v1/saved-searches/{search['id']}/matches"
    items: list[Any] = ok(await person.get(path, limit=100, **asked), 200)["items"]
    return items


async def found(person: Person, search: Any, **asked: Any) -> list[str]:
    """The numbers, in their source, of the notices that a search has found and that fit still."""
    items = await matches(person, search, **asked)
    return [one["notice"]["source_id"] for one in items if one["lapsed_at"] is None]
