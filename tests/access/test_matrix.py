"""Trial 1: every operation × every persona gets the status that the matrix says, and no other.

Who is refused asks first, of the real service, and nothing may change by it. Who succeeds is
rehearsed: the request runs whole, and its transaction is rolled back.
"""

import pytest
from httpx import AsyncClient

import tests.access.builders  # noqa: F401
from app.api import SCOPES
from app.infra.db import Database
from app.kernel.scopes import needed_scope
from tests.access.calls import BUILDERS, call_of, operation_of, send
from tests.access.digest import unchanged
from tests.access.document import operations
from tests.access.matrix import COLUMNS, FILE, HEAD, ROWS, Row, line
from tests.access.scene import Scene, program

pytestmark = pytest.mark.xdist_group("access")


async def token_of(row: str, persona: str, scene: Scene, elsewhere: Scene) -> str | None:
    """The credential that a persona shows."""
    if persona == "anonymous":
        return None
    if persona == "other":
        return elsewhere.world.coordinator.token
    if persona == "token":
        operation = operation_of(row)
        needed = needed_scope(operation.said["tags"][0], operation.method)
        scopes = [one for one in SCOPES if one != needed]
        return await program(scene.world, scene.person("manager"), scopes)
    return scene.person(persona).token


def test_every_row_is_about_an_operation_and_every_builder_about_a_row() -> None:
    names = [row.name for row in ROWS]
    assert sorted({name.partition("@")[0] for name in names} - operations().keys()) == []
    assert len(names) == len(set(names))
    assert sorted(BUILDERS.keys() - set(names)) == []


async def test_every_operation_has_a_row(
    scene: Scene, elsewhere: Scene, rehearsal: AsyncClient
) -> None:
    known = {row.name for row in ROWS}
    named = {name.partition("@")[0] for name in known}
    missing = [*(operations().keys() - named), *(BUILDERS.keys() - known)]
    lines = []
    for name in sorted(missing):
        found = {}
        for who in COLUMNS:
            call = call_of(name, scene, who)
            token = await token_of(name, who, scene, elsewhere)
            found[who] = (await send(rehearsal, name, call, token)).status_code
        lines.append(line(name, found))
    advice = f"Add to {FILE.name}, each status thought over; this is what the service answers:"
    assert not missing, "\n".join((advice, HEAD, *lines))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_each_persona_gets_what_the_matrix_says(
    row: Row,
    scene: Scene,
    elsewhere: Scene,
    client: AsyncClient,
    rehearsal: AsyncClient,
    owner: Database,
) -> None:
    clusters = (scene.world.cluster_id, elsewhere.world.cluster_id)
    calls = {who: call_of(row.name, scene, who) for who in row.expected}
    tokens = {who: await token_of(row.name, who, scene, elsewhere) for who in row.expected}
    found: dict[str, int] = {}

    async def ask(service: AsyncClient, who: str) -> None:
        answer = await send(service, row.name, calls[who], tokens[who])
        found[who] = answer.status_code

    refused = [who for who, status in row.expected.items() if status >= 400]
    async with unchanged(owner, *clusters):
        for who in refused:
            await ask(client, who)
    for who in row.expected.keys() - refused:
        await ask(rehearsal, who)
    differ = [who for who in COLUMNS if found.get(who) != row.expected.get(who)]
    assert not differ, "\n".join(("", HEAD, line(row.name, found)))
