"""Trials 2 and 3: ids of others. An id behind a wall reads like one that never was, and moves
nothing, wherever in a request it stands.
"""

from dataclasses import replace
from uuid import UUID

import pytest
from httpx import AsyncClient

import tests.access.builders  # noqa: F401
from app.infra.db import Database
from tests.access.calls import Call, call_of, operation_of, send
from tests.access.digest import OPENINGS, unchanged
from tests.access.document import id_fields
from tests.access.ids import (
    OF_THE_CLUSTER,
    OF_THE_INSTALLATION,
    changed,
    found_in,
    never,
    told,
    unknown,
)
from tests.access.matrix import ROWS, Row
from tests.access.scene import Scene
from tests.world import Person

pytestmark = pytest.mark.xdist_group("access")


def taking(public: frozenset[str]) -> list[Row]:
    """Rows whose operation takes an id that is not public; ``@cluster`` is about everyone's."""
    return [
        row
        for row in ROWS
        if any(prefix not in public for _, prefix in id_fields(operation_of(row.name)))
        and operation_of(row.name).id not in NOTHING_TO_NAME
        and not (public == OF_THE_CLUSTER and row.name.endswith("@cluster"))
    ]


def signed(rows: list[Row]) -> list[Row]:
    """Those that their sender opens: a private address opens itself, whoever sends it."""
    return [row for row in rows if not succeeds(row, "anonymous")]


def succeeds(row: Row, persona: str) -> bool:
    """Whether the matrix lets a persona do it."""
    return row.expected.get(persona, 500) < 400


NOT_SENT: dict[str, str] = {
    "open_session body/membership_id": "chooses among the roles of whoever has just signed in",
}
"""Fields that take an id and that no builder fills, and why."""
NOTHING_TO_NAME = {name.partition(" ")[0] for name in NOT_SENT}
ACTING = ("manager", "party", "coordinator", "treasurer")
"""Personas that succeed where any does, first to last."""


def test_every_field_that_takes_an_id_is_filled_by_a_builder(scene: Scene) -> None:
    filled: dict[str, set[str]] = {}
    for row in ROWS:
        places = {_pattern(where) for where, _ in found_in(call_of(row.name, scene, "manager"))}
        filled.setdefault(operation_of(row.name).id, set()).update(places)
    wanted = {
        f"{name} {where}"
        for name, places in filled.items()
        for where, _ in id_fields(operation_of(name))
        if where not in places
    }
    assert wanted == NOT_SENT.keys()


@pytest.mark.parametrize("row", signed(taking(OF_THE_CLUSTER)), ids=lambda row: row.name)
async def test_what_is_a_rivals_reads_like_what_never_was(
    row: Row, scene: Scene, client: AsyncClient, owner: Database
) -> None:
    call = call_of(row.name, scene, "manager")
    async with unchanged(owner, scene.world.cluster_id, but=opened_by(row)):
        for person in (scene.world.gamma, scene.world.people["spectator"]):
            for given in versions(call):
                await same(client, row, person, given, unknown(given, OF_THE_CLUSTER))


@pytest.mark.parametrize("row", signed(taking(OF_THE_INSTALLATION)), ids=lambda row: row.name)
async def test_what_is_another_clusters_reads_like_what_never_was(
    row: Row, scene: Scene, elsewhere: Scene, client: AsyncClient, owner: Database
) -> None:
    call = call_of(row.name, scene, "manager")
    async with unchanged(owner, *both(scene, elsewhere), but=opened_by(row)):
        for name in ("coordinator", "alpha", "viewer"):
            for given in versions(call):
                blank = unknown(given, OF_THE_INSTALLATION)
                await same(client, row, elsewhere.world.people[name], given, blank)


@pytest.mark.parametrize("row", taking(OF_THE_INSTALLATION), ids=lambda row: row.name)
async def test_one_id_of_another_cluster_is_refused_wherever_it_stands(
    row: Row, scene: Scene, elsewhere: Scene, client: AsyncClient, owner: Database
) -> None:
    who = next((one for one in ACTING if succeeds(row, one)), "manager")
    mine, theirs = call_of(row.name, elsewhere, who), call_of(row.name, scene, who)
    async with unchanged(owner, *both(scene, elsewhere), but=opened_by(row)):
        for given, blank in misplaced(mine, theirs, OF_THE_INSTALLATION):
            await same(client, row, elsewhere.person(who), given, blank)


@pytest.mark.parametrize("row", taking(OF_THE_CLUSTER), ids=lambda row: row.name)
async def test_one_id_of_a_rival_is_refused_wherever_it_stands(
    row: Row, scene: Scene, client: AsyncClient, owner: Database
) -> None:
    rival = scene.mirrored()
    who = next((one for one in ACTING[:2] if succeeds(row, one)), "manager")
    mine, theirs = call_of(row.name, rival, who), call_of(row.name, scene, who)
    async with unchanged(owner, scene.world.cluster_id, but=opened_by(row)):
        for given, blank in misplaced(mine, theirs, OF_THE_CLUSTER):
            await same(client, row, rival.person(who), given, blank)


def both(scene: Scene, elsewhere: Scene) -> tuple[UUID, UUID]:
    """The two clusters."""
    return scene.world.cluster_id, elsewhere.world.cluster_id


def opened_by(row: Row) -> frozenset[str]:
    """What may grow: a list shows its reader their own amounts, whatever it was filtered by."""
    return OPENINGS if operation_of(row.name).method == "GET" else frozenset()


def versions(call: Call) -> list[Call]:
    """The request under the present version, and under another: strangers learn neither."""
    return [call] if call.version is None else [call, replace(call, version=999)]


def misplaced(mine: Call, theirs: Call, public: frozenset[str]) -> list[tuple[Call, Call]]:
    """My request with one id of theirs, and with one that never was, for each id in turn."""
    others = dict(found_in(theirs))
    return [
        (_with(mine, where, others[where]), _with(mine, where, never(one[:3])))
        for where, one in found_in(mine)
        if one[:3] not in public and others.get(where, one) != one
    ]


async def same(client: AsyncClient, row: Row, person: Person, given: Call, blank: Call) -> None:
    """Assert that both requests are answered alike, and that neither changes anything."""
    if given == blank:
        return  # this row names nobody: another row of the operation does
    asked = [await send(client, row.name, one, person.token) for one in (given, blank)]
    assert told(asked[0]) == told(asked[1])
    if operation_of(row.name).method != "GET":
        assert asked[0].status_code >= 400


def _with(call: Call, place: str, other: str) -> Call:
    return changed(call, lambda where, one: other if where == place else one)


def _pattern(where: str) -> str:
    return "/".join("*" if part.isdigit() else part for part in where.split("/"))
