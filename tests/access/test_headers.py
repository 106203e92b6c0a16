"""Trial 3, in headers and cursors: a key, a version or a cursor of others opens nothing."""

import base64
import json
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.infra.db import Database
from tests.access.ids import told
from tests.access.scene import Scene
from tests.world import Person

pytestmark = pytest.mark.xdist_group("access")


async def kept_answers(owner: Database, scene: Scene) -> list[tuple[str, str, str]]:
    """Every answer that the service keeps for a retry in X: method, path, key."""
    query = text(
        "SELECT operation, key FROM kept_answer WHERE cluster_id = :cluster AND acting_for = :alpha"
    )
    values = {"cluster": scene.world.cluster_id, "alpha": scene.world.alpha.member_id}
    async with owner.transaction() as session:
        rows = await session.execute(query, values)
        return [(*operation.split(" ", 1), key) for operation, key in rows]


async def test_a_key_of_others_replays_nothing_and_tells_nothing(
    scene: Scene, elsewhere: Scene, client: AsyncClient, owner: Database
) -> None:
    kept = await kept_answers(owner, scene)
    assert len(kept) >= 15
    persons = [
        *(scene.world.gamma, scene.world.beta, scene.world.coordinator, scene.world.viewer),
        *(elsewhere.world.alpha, elsewhere.world.coordinator),
    ]
    for person in persons:
        for method, path, key in kept:
            used, fresh = [
                await client.request(
                    method, path, json={}, headers=person.headers({"Idempotency-Key": one})
                )
                for one in (key, f"fresh-{key}")
            ]
            assert used.status_code >= 400
            assert told(used) == told(fresh), path


async def test_a_cursor_gives_its_reader_nothing_of_its_maker(
    scene: Scene, elsewhere: Scene
) -> None:
    for path in ("/v1/consortia", "/v1/charges", "/v1/payments"):
        cursor = (await scene.world.alpha.get(path, limit=1)).json()["next_cursor"]
        for person in (scene.world.gamma, elsewhere.world.alpha, elsewhere.world.coordinator):
            if cursor is not None:
                read = await person.get(path, cursor=cursor, limit=100)
                own = await whole(person, path)
                assert [one for one in read.json().get("items", []) if one not in own] == []


async def test_a_cursor_holds_ids_of_rows_that_its_reader_has_seen(scene: Scene) -> None:
    for path in ("/v1/consortia", "/v1/tenders", "/v1/members", "/v1/charges"):
        seen = (await scene.world.gamma.get(path, limit=1)).json()
        if seen["next_cursor"]:
            raw = base64.urlsafe_b64decode(seen["next_cursor"] + "===")[12:]
            assert [UUID(one).hex in json.dumps(seen["items"]) for one in json.loads(raw)] == [True]


async def whole(person: Person, path: str) -> list[object]:
    """A list, page by page."""
    items: list[object] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await person.get(path, limit=100, **cursor)).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}
