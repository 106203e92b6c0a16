"""Rate limits: who is counted how, what is told, and what it may cost."""

import re
from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from app.infra.http.credential import COOKIE
from app.infra.http.rates import MAX_KEYS, Budget, Limits, credential_of
from app.settings import Settings
from tests.infra.edge import api
from tests.world import World


@pytest.fixture
async def limited(settings: Settings) -> AsyncIterator[AsyncClient]:
    """An API of small budgets: ten a minute, three of them writes, five for strangers."""
    async with api(
        settings,
        rate_limit_per_minute=10,
        rate_limit_writes_per_minute=3,
        rate_limit_anonymous_per_minute=5,
    ) as opened:
        yield opened


def test_a_budget_may_be_spent_at_once_and_refills_steadily() -> None:
    budget = Budget("all", 60)
    assert [budget.take("me", 100.0).requests for _ in range(60)] == list(range(59, -1, -1))
    refused = budget.take("me", 100.0)
    assert refused.requests == 0
    assert refused.wait == pytest.approx(1.0)
    assert budget.take("me", 100.9).wait > 0
    assert budget.take("me", 101.0).wait == 0
    assert budget.take("other", 100.0).requests == 59
    assert budget.take("me", 1_000.0).requests == 59


def test_a_budget_never_remembers_more_than_its_bound() -> None:
    budget = Budget("all", 60, max_keys=100)
    for number in range(1_000):
        budget.take(f"{number}", 100.0)
    assert len(budget._whole_at) == 100
    limits = Limits(per_minute=1, writes_per_minute=1, anonymous_per_minute=1)
    for number in range(MAX_KEYS + 10):
        limits.learn(f"{number}", signed_in=True, status=200)
    assert len(limits._proven) == MAX_KEYS


async def test_whoever_signed_in_has_a_budget_and_is_told_what_is_left(
    limited: AsyncClient, world: World
) -> None:
    headers = world.alpha.headers()
    assert (await limited.get("/v1/members", headers=headers)).headers["ratelimit"] == (
        '"anonymous";r=4;t=12'
    )
    answers = [await limited.get("/v1/members", headers=headers) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[0].headers["ratelimit-policy"] == '"requests";q=10;w=60'
    assert re.fullmatch(r'"requests";r=9;t=\d+', answers[0].headers["ratelimit"])
    refused = answers[-1]
    assert refused.json()["code"] == "rate_limited"
    assert 1 <= int(refused.headers["retry-after"]) <= 6
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.headers["ratelimit"].startswith('"requests";r=0;')


async def test_writes_have_a_smaller_budget(limited: AsyncClient, world: World) -> None:
    headers = world.coordinator.headers()
    await limited.get("/v1/me", headers=headers)
    written = [await limited.post("/v1/members", json={}, headers=headers) for _ in range(4)]
    assert [answer.status_code for answer in written] == [400, 400, 400, 429]
    assert '"writes";q=3;w=60' in written[0].headers["ratelimit-policy"]
    assert (await limited.get("/v1/me", headers=headers)).status_code == 200


async def test_made_up_tokens_share_the_budget_of_their_network(limited: AsyncClient) -> None:
    answers = [
        await limited.get(path, headers={"Authorization": f"Bearer grappe_{number}"})
        for number, path in enumerate(["/v1/me", "/v1/members", "/nowhere", "/healthz"] * 3)
        if path != "/healthz"
    ]
    assert [answer.status_code for answer in answers[:5]] == [401, 401, 404, 401, 401]
    assert {answer.status_code for answer in answers[5:]} == {429}


@pytest.mark.parametrize("path", ["/nowhere", "/v1/sessions", "/docs"])
async def test_what_needs_no_sign_in_proves_no_token(limited: AsyncClient, path: str) -> None:
    headers = {"Authorization": "Bearer grappe_made_up"}
    answers = [await limited.get(path, headers=headers) for _ in range(6)]
    assert answers[-1].status_code == 429


async def test_a_token_spelled_otherwise_is_the_same_token(
    limited: AsyncClient, world: World
) -> None:
    token = world.alpha.token
    spellings = [f"Bearer {token}", f"bearer   {token}", f"BEARER {token}\xa0", f"Bearer {token}\t"]
    for spelling in spellings:
        given = [(b"authorization", spelling.encode("latin-1"))]
        answer = await limited.get("/v1/me", headers=given)
        assert answer.status_code == 200, spelling
    assert (
        len({credential_of({}, {b"authorization": one.encode("latin-1")}) for one in spellings})
        == 1
    )
    twice = [(b"authorization", spellings[0].encode()), (b"authorization", b"Bearer other")]
    left = (await limited.get("/v1/me", headers=twice)).headers["ratelimit"]
    assert left.startswith('"requests";r=6;')


async def test_an_orchestrator_is_never_refused(limited: AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        answers = [await limited.get(path) for _ in range(10)]
        assert {answer.status_code for answer in answers} == {200}
        assert "ratelimit" not in answers[0].headers


async def test_nothing_is_counted_when_a_limit_is_off(settings: Settings) -> None:
    async with api(settings, rate_limit_anonymous_per_minute=0) as opened:
        assert "ratelimit" not in (await opened.get("/nowhere")).headers


def test_a_credential_that_signs_in_no_more_counts_for_its_network() -> None:
    limits = Limits(per_minute=9, writes_per_minute=9, anonymous_per_minute=9, clock=lambda: 0.0)
    limits.learn("one", signed_in=True, status=200)
    assert b"requests" in limits.admit("GET", "one", "-").headers[0][1]
    limits.learn("one", signed_in=False, status=401)
    assert b"anonymous" in limits.admit("GET", "one", "-").headers[0][1]


def test_a_cookie_counts_as_the_one_that_signs_in() -> None:
    def name(*cookies: str) -> str | None:
        headers = [(b"cookie", cookie.encode()) for cookie in cookies]
        scope = {"type": "http", "headers": headers}
        return credential_of(scope, dict(reversed(headers)))

    assert name(f"{COOKIE}=one") == name(f"a=b; {COOKIE}=one; c=d") == name("x=y", f"{COOKIE}=one")
    assert name(f"{COOKIE}=one") != name(f"{COOKIE}=two")
    assert name("other=one") is None
