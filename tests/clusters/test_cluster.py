"""The cluster's settings over HTTP."""

import asyncio

from tests.clusters.steps import set_cluster
from tests.consortia.steps import ok, refused
from tests.world import World

VOTE = {"quorum_bps": 4_000, "majority_bps": 6_666, "days": 21}


async def test_a_cluster_shows_its_language_zone_and_way_of_admitting(world: World) -> None:
    answer = await world.viewer.get("/v1/cluster")
    shown = ok(answer, 200)
    assert shown["language"] == "fr"
    assert shown["zone"] == "Europe/Paris"
    assert shown["admission"] == "coordinator"
    assert shown["vote"] == {"quorum_bps": 5_000, "majority_bps": 5_000, "days": 15}
    assert answer.headers["etag"] == '"1"'


async def test_the_coordinator_sets_the_cluster_up_anew(world: World, other_world: World) -> None:
    changed = await set_cluster(
        world, name="Ailleurs", zone="Indian/Reunion", language="en", admission="vote", vote=VOTE
    )
    assert changed["version"] == 2
    seen = ok(await world.alpha.get("/v1/cluster"), 200)
    assert seen == changed
    assert (seen["language"], seen["admission"], seen["vote"]) == ("en", "vote", VOTE)
    other = ok(await other_world.alpha.get("/v1/cluster"), 200)
    assert (other["language"], other["version"]) == ("fr", 1)


async def test_who_does_not_coordinate_sets_nothing_up(world: World) -> None:
    now = ok(await world.alpha.get("/v1/cluster"), 200)
    body = {key: now[key] for key in ("name", "zone", "language", "admission", "vote")}
    for person in (world.alpha, world.treasurer, world.viewer):
        refused(await person.put("/v1/cluster", body, 1), 403, "forbidden")


async def test_of_two_changes_at_once_one_wins(world: World) -> None:
    now = ok(await world.coordinator.get("/v1/cluster"), 200)
    body = {key: now[key] for key in ("name", "zone", "language", "admission", "vote")}
    answers = await asyncio.gather(
        *(world.coordinator.put("/v1/cluster", {**body, "name": name}, 1) for name in "AB")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    without = await world.client.put("/v1/cluster", json=body, headers=world.coordinator.headers())
    refused(without, 428, "version_required")


async def test_settings_that_make_no_sense_are_refused(world: World) -> None:
    now = ok(await world.coordinator.get("/v1/cluster"), 200)
    body = {key: now[key] for key in ("name", "zone", "language", "admission", "vote")}
    for wrong in (
        {"language": "de"},
        {"admission": "lottery"},
        {"vote": {**VOTE, "majority_bps": 4_999}},
        {"vote": {**VOTE, "quorum_bps": 10_001}},
        {"vote": {**VOTE, "days": 0}},
        {"vote": {**VOTE, "days": True}},
        {"slug": "other"},
        {"version": 7},
    ):
        refused(await world.coordinator.put("/v1/cluster", {**body, **wrong}, 1), 422, "invalid")
    answer = await world.coordinator.put("/v1/cluster", {**body, "zone": "Mars/Olympus"}, 1)
    refused(answer, 422, "unknown_zone")
