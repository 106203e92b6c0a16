"""The steps of a cluster's life over HTTP, each asserted to succeed."""

from typing import Any

from tests.consortia.steps import ok
from tests.world import Person, World, siren

TODAY = "2026-03-02"


def company(world: World, name: str = "Scène Ouverte", **more: object) -> dict[str, object]:
    """A company of nobody's cluster."""
    return {"name": name, "siren": siren(f"{world.cluster_id}{name}"), **more}


async def set_cluster(world: World, **changes: Any) -> Any:
    """Change some of the cluster's settings."""
    now = ok(await world.coordinator.get("/v1/cluster"), 200)
    body = {key: now[key] for key in ("name", "zone", "language", "admission", "vote")}
    body = {**body, **changes}
    return ok(await world.coordinator.put("/v1/cluster", body, now["version"]), 200)


async def by_vote(world: World, quorum: int = 5_000, majority: int = 5_000, days: int = 15) -> None:
    """Let the members decide who joins."""
    rule = {"quorum_bps": quorum, "majority_bps": majority, "days": days}
    await set_cluster(world, admission="vote", vote=rule)


async def presented(world: World, name: str = "Scène Ouverte") -> str:
    """The address of a candidacy that the coordinator opened."""
    found = ok(await world.coordinator.post("/v1/candidacies", company(world, name)))
    return f"/v1/candidacies/{found['id']}"


async def voted(address: str, **choices: tuple[Person, ...]) -> None:
    """Votes by choice: ``yes`` for, ``no`` against, ``blank`` abstain."""
    words = {"yes": "for", "no": "against", "blank": "abstain"}
    for choice, people in choices.items():
        for person in people:
            ok(await person.post(f"{address}/votes", {"choice": words[choice]}))


async def suspended(world: World, person: Person) -> Any:
    """The person's company may take on nothing new."""
    address = f"/v1/members/{person.member}/suspensions"
    return ok(await world.coordinator.post(address, {"reason": "Cotisation impayée"}))


async def departed(world: World, person: Person, on: str = TODAY) -> Any:
    """The person's company left the cluster."""
    address = f"/v1/members/{person.member}/departures"
    return ok(await world.coordinator.post(address, {"on": on}))


async def merged(world: World, person: Person, into: Person, on: str = TODAY) -> Any:
    """The person's company was absorbed."""
    address = f"/v1/members/{person.member}/mergers"
    return ok(await world.coordinator.post(address, {"into": into.member, "on": on}))
