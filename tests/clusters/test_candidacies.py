"""Companies that would join: presented, voted on, decided."""

import asyncio
from datetime import timedelta

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.infra.db import open_database
from app.main import create_app
from app.settings import Settings
from tests.clusters.steps import (
    by_vote,
    company,
    departed,
    presented,
    set_cluster,
    suspended,
    voted,
)
from tests.consortia.steps import ok, refused
from tests.consortia.test_walls import as_person
from tests.world import NOW, Person, World


async def test_where_members_vote_the_coordinator_admits_nobody_alone(world: World) -> None:
    await by_vote(world)
    answer = await world.coordinator.post("/v1/members", company(world))
    assert "/v1/candidacies" in refused(answer, 409, "admission_by_vote")["title"]


async def test_members_vote_a_company_in(world: World) -> None:
    await by_vote(world)
    found = ok(await world.beta.post("/v1/candidacies", company(world, city="Firminy")))
    assert (found["state"], found["presented_for"]) == ("open", world.beta.member)
    assert found["closes_at"] == "2026-03-17T09:00:00Z"
    address = f"/v1/candidacies/{found['id']}"
    await voted(address, yes=(world.alpha, world.beta), no=(world.gamma,), blank=(world.delta,))
    decided = ok(await world.coordinator.post(f"{address}/decisions"))
    assert decided["state"] == "admitted"
    assert decided["tally"] == {
        "votes_for": 2,
        "votes_against": 1,
        "abstentions": 1,
        "electorate": 4,
    }
    member = ok(await world.alpha.get(f"/v1/members/{decided['member_id']}"), 200)
    assert (member["name"], member["city"], member["state"]) == (
        "Scène Ouverte",
        "Firminy",
        "active",
    )
    refused(await world.coordinator.post(f"{address}/decisions"), 409, "candidacy_decided")
    refused(await world.alpha.post(f"{address}/votes", {"choice": "for"}), 409, "candidacy_decided")


async def test_a_tie_and_a_missing_quorum_refuse_and_the_company_may_be_presented_again(
    world: World,
) -> None:
    await by_vote(world)
    address = await presented(world)
    await voted(address, yes=(world.alpha, world.beta), no=(world.gamma, world.delta))
    decided = ok(await world.coordinator.post(f"{address}/decisions"))
    assert (decided["state"], decided["member_id"]) == ("refused", None)
    assert (await presented(world)) != address


async def test_that_a_company_voted_is_seen_and_how_only_in_the_total_once_decided(
    world: World,
) -> None:
    await by_vote(world)
    address = await presented(world)
    cast = ok(await world.alpha.post(f"{address}/votes", {"choice": "against"}))
    assert cast == {"member_id": world.alpha.member, "cast_at": "2026-03-02T09:00:00Z"}
    for person in (world.coordinator, world.beta, world.alpha):
        seen = ok(await person.get(address), 200)
        assert seen["voters"] == [cast]
        assert seen["tally"] is None
        assert "against" not in str(seen)
    async with world.owner.transaction() as session:
        trail = await session.scalars(
            text("SELECT detail::text FROM audit_entry WHERE cluster_id = :c"),
            {"c": world.cluster_id},
        )
        assert "against" not in "".join(trail)


async def test_a_vote_is_final_and_one_per_company(world: World) -> None:
    await by_vote(world)
    address = await presented(world)
    answers = await asyncio.gather(
        *(world.alpha.post(f"{address}/votes", {"choice": word}) for word in ("for", "against"))
    )
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    ok(won)
    refused(lost, 409, "already_voted")
    refused(await world.alpha.post(f"{address}/votes", {"choice": "for"}), 409, "already_voted")
    for person in (world.contributor, world.viewer, world.coordinator, world.treasurer):
        refused(await person.post(f"{address}/votes", {"choice": "for"}), 403, "forbidden")


async def test_nothing_is_counted_before_everyone_voted_or_the_time_is_over(
    settings: Settings, world: World
) -> None:
    await by_vote(world, quorum=2_500)
    address = await presented(world)
    await voted(address, yes=(world.alpha,))
    refused(await world.coordinator.post(f"{address}/decisions"), 409, "vote_not_over")
    closing = NOW + timedelta(days=15)
    async with world.owner.transaction() as session:
        await session.execute(
            text("UPDATE token SET expires_at = :at WHERE cluster_id = :c"),
            {"at": closing + timedelta(days=1), "c": world.cluster_id},
        )
    app = create_app(settings, clock=lambda: closing)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as later,
    ):
        late = Person(later, world.beta.token, world.beta.member_id)
        refused(await late.post(f"{address}/votes", {"choice": "no"}), 422, "invalid")
        refused(await late.post(f"{address}/votes", {"choice": "against"}), 409, "vote_closed")
        coordinator = Person(later, world.coordinator.token, None)
        decided = ok(await coordinator.post(f"{address}/decisions"))
    assert (decided["state"], decided["tally"]["electorate"]) == ("admitted", 4)


async def test_of_two_decisions_at_once_one_wins_and_one_company_is_admitted(world: World) -> None:
    await by_vote(world)
    address = await presented(world)
    await voted(address, yes=(world.alpha, world.beta, world.gamma, world.delta))
    answers = await asyncio.gather(
        *(world.coordinator.post(f"{address}/decisions") for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(ok(await world.alpha.get("/v1/members"), 200)["items"]) == 5


async def test_of_several_refusals_at_once_one_is_told(world: World) -> None:
    address = await presented(world)
    answers = await asyncio.gather(
        *(world.coordinator.post(f"{address}/decisions", {"outcome": "refused"}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_a_ballot_stays_when_its_voter_is_suspended_and_a_suspended_company_casts_none(
    world: World,
) -> None:
    await by_vote(world)
    address = await presented(world)
    await voted(address, no=(world.alpha, world.beta), yes=(world.gamma,))
    await suspended(world, world.alpha)
    await suspended(world, world.delta)
    refused(await world.delta.post(f"{address}/votes", {"choice": "for"}), 403, "member_not_active")
    decided = ok(await world.coordinator.post(f"{address}/decisions"))
    assert decided["state"] == "refused"
    assert decided["tally"]["electorate"] == 3


async def test_an_open_candidacy_keeps_the_rule_it_began_under(world: World) -> None:
    await by_vote(world, majority=10_000)
    address = await presented(world)
    await set_cluster(world, admission="coordinator")
    overtaking = await world.coordinator.post("/v1/members", company(world))
    refused(overtaking, 409, "candidacy_open")
    forced = await world.coordinator.post(f"{address}/decisions", {"outcome": "admitted"})
    refused(forced, 422, "outcome_given")
    await voted(address, yes=(world.alpha, world.beta, world.gamma), no=(world.delta,))
    assert ok(await world.coordinator.post(f"{address}/decisions"))["state"] == "refused"


async def test_without_a_vote_the_coordinator_decides(world: World) -> None:
    address = await presented(world)
    refused(await world.alpha.post(f"{address}/votes", {"choice": "for"}), 409, "no_vote")
    refused(await world.coordinator.post(f"{address}/decisions"), 422, "outcome_missing")
    refused(
        await world.alpha.post(f"{address}/decisions", {"outcome": "admitted"}), 403, "forbidden"
    )
    decided = ok(await world.coordinator.post(f"{address}/decisions", {"outcome": "admitted"}))
    assert (decided["state"], decided["tally"]) == ("admitted", None)
    listed = ok(await world.viewer.get("/v1/candidacies"), 200)["items"]
    assert [(one["state"], one["member_id"]) for one in listed] == [
        ("admitted", decided["member_id"])
    ]


async def test_one_candidacy_per_company_and_none_of_a_member(world: World) -> None:
    await presented(world)
    refused(await world.alpha.post("/v1/candidacies", company(world)), 409, "candidacy_open")
    member = ok(await world.alpha.get(f"/v1/members/{world.beta.member}"), 200)
    body = {"name": "Beta", "siren": member["siren"]}
    refused(await world.alpha.post("/v1/candidacies", body), 409, "member_exists")
    for person in (world.viewer, world.contributor, world.treasurer):
        refused(await person.post("/v1/candidacies", company(world, "Autre")), 403, "forbidden")
    await suspended(world, world.alpha)
    late = await world.alpha.post("/v1/candidacies", company(world, "Autre"))
    refused(late, 403, "member_not_active")


async def test_another_clusters_candidacy_is_not_found(world: World, other_world: World) -> None:
    await by_vote(world)
    address = await presented(world)
    stranger = other_world.coordinator
    refused(await stranger.get(address), 404, "not_found")
    refused(await stranger.post(f"{address}/decisions"), 404, "not_found")
    refused(await other_world.alpha.post(f"{address}/votes", {"choice": "for"}), 404, "not_found")
    assert ok(await stranger.get("/v1/candidacies"), 200)["items"] == []
    assert ok(await world.alpha.get(address), 200)["voters"] == []


async def test_a_company_that_left_sees_no_candidacy_and_comes_back_by_one(world: World) -> None:
    await by_vote(world)
    address = await presented(world)
    await departed(world, world.delta)
    refused(await world.delta.get(address), 404, "not_found")
    refused(await world.delta.post(f"{address}/votes", {"choice": "for"}), 404, "not_found")
    assert ok(await world.delta.get("/v1/candidacies"), 200)["items"] == []
    own = ok(await world.delta.get(f"/v1/members/{world.delta.member}"), 200)
    body = {"name": "Delta Deux", "siren": own["siren"]}
    back = f"/v1/candidacies/{ok(await world.alpha.post('/v1/candidacies', body))['id']}"
    await voted(back, yes=(world.alpha, world.beta, world.gamma))
    decided = ok(await world.coordinator.post(f"{back}/decisions"))
    assert decided["member_id"] == world.delta.member
    assert decided["tally"]["electorate"] == 3
    again = ok(await world.delta.get(f"/v1/members/{world.delta.member}"), 200)
    assert (again["state"], again["name"]) == ("active", "Delta Deux")


async def test_whoever_presented_a_company_takes_it_back_while_it_is_open(world: World) -> None:
    await by_vote(world)
    found = ok(await world.beta.post("/v1/candidacies", company(world)))
    address = f"/v1/candidacies/{found['id']}"
    await voted(address, yes=(world.alpha,))
    refused(await world.alpha.post(f"{address}/withdrawals"), 403, "not_presenter")
    await suspended(world, world.beta)  # it takes on nothing new, and may give up what it began
    gone = ok(await world.beta.post(f"{address}/withdrawals"))
    assert (gone["state"], gone["tally"], gone["member_id"]) == ("withdrawn", None, None)
    assert gone["decided_at"] == "2026-03-02T09:00:00Z"
    for again in (
        world.beta.post(f"{address}/withdrawals"),
        world.coordinator.post(f"{address}/decisions"),
        world.gamma.post(f"{address}/votes", {"choice": "for"}),
    ):
        refused(await again, 409, "candidacy_decided")
    ok(await world.gamma.post("/v1/candidacies", company(world)))


async def test_the_coordinator_takes_back_what_anyone_presented(world: World) -> None:
    found = ok(await world.beta.post("/v1/candidacies", company(world)))
    address = f"/v1/candidacies/{found['id']}"
    assert ok(await world.coordinator.post(f"{address}/withdrawals"))["state"] == "withdrawn"


async def test_of_a_withdrawal_and_a_decision_at_once_one_counts(world: World) -> None:
    found = ok(await world.beta.post("/v1/candidacies", company(world)))
    address = f"/v1/candidacies/{found['id']}"
    answers = await asyncio.gather(
        world.beta.post(f"{address}/withdrawals"),
        world.coordinator.post(f"{address}/decisions", {"outcome": "admitted"}),
    )
    assert sorted(one.status_code for one in answers) == [201, 409]


async def test_sql_lets_the_presenter_take_back_and_do_nothing_else(
    settings: Settings, world: World
) -> None:
    ok(await world.beta.post("/v1/candidacies", company(world)))
    end = text(
        "UPDATE candidacy SET state = :state, decided_at = opened_at,"
        " decided_by = app.my_person() RETURNING state"
    )
    async with open_database(settings.login_url(), size=1) as serving:
        async with as_person(serving, world.alpha) as session:
            assert list(await session.scalars(end, {"state": "withdrawn"})) == []
        with pytest.raises(DBAPIError, match="row-level security"):
            async with as_person(serving, world.beta) as session:
                await session.execute(end, {"state": "refused"})
        async with as_person(serving, world.beta) as session:
            assert list(await session.scalars(end, {"state": "withdrawn"})) == ["withdrawn"]
