"""Companies of the cluster over HTTP."""

from tests.world import World, siren


async def test_a_stranger_is_told_to_sign_in(world: World) -> None:
    answer = await world.client.get("/v1/members")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_the_members_of_the_cluster_are_listed_by_pages(world: World) -> None:
    first = (await world.alpha.get("/v1/members", limit=3)).json()
    second = (await world.alpha.get("/v1/members", limit=3, cursor=first["next_cursor"])).json()
    names = [item["name"] for item in first["items"] + second["items"]]
    assert names == ["Delta", "Gamma", "Beta", "Alpha"]
    assert second["next_cursor"] is None


async def test_the_coordinator_admits_a_company_once(world: World) -> None:
    body = {"name": "Scène Ouverte", "siren": siren(str(world.cluster_id))}
    admitted = await world.coordinator.post("/v1/members", body, key="k1")
    assert admitted.status_code == 201, admitted.text
    again = await world.coordinator.post("/v1/members", body, key="k1")
    assert (again.status_code, again.json()) == (201, admitted.json())
    other_key = await world.coordinator.post("/v1/members", body)
    assert (other_key.status_code, other_key.json()["code"]) == (409, "member_exists")


async def test_a_wrong_siren_is_refused(world: World) -> None:
    answer = await world.coordinator.post("/v1/members", {"name": "X", "siren": "123456789"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_siren")


async def test_a_member_admits_nobody(world: World) -> None:
    answer = await world.alpha.post("/v1/members", {"name": "X", "siren": siren("x")})
    assert answer.status_code == 403
