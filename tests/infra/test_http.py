"""The HTTP edge: errors, bounds, cursors, idempotency."""

import psycopg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.exc import InterfaceError

from app.infra.http import errors
from app.infra.http.etag import if_match
from app.kernel.errors import PreconditionFailed
from tests.world import World, siren


async def test_an_unknown_address_is_a_problem_with_its_headers(client: AsyncClient) -> None:
    answer = await client.get("/nowhere", headers={"X-Request-Id": "mine-12345"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["x-request-id"] == "mine-12345"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_wrong_method_is_a_problem(client: AsyncClient) -> None:
    answer = await client.delete("/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"
    assert (await client.delete("/v1/tenders")).headers["allow"] == "GET, POST"
    # Beside /v1/sessions/{session_id}, which can be deleted.
    assert (await client.get("/v1/sessions/renewals")).headers["allow"] == "POST"


async def test_a_stranger_is_one_before_anything_of_the_request_is_judged(
    client: AsyncClient,
) -> None:
    for path in ("/v1/members?cursor=edited", "/v1/notices?limit=-1&strange=1", "/v1/charges?x=1"):
        assert (await client.get(path)).status_code == 401
    path = f"/v1/consortia/con_{'0' * 32}/split"
    for version in ("", "x", '"1"'):
        answer = await client.put(path, json={"lots": []}, headers={"If-Match": version})
        assert answer.status_code == 401


async def test_an_ill_formed_request_id_is_replaced(client: AsyncClient) -> None:
    answer = await client.get("/nowhere", headers={"X-Request-Id": "no spaces\tplease"})
    assert answer.headers["x-request-id"].startswith("req_")


async def test_a_broken_token_is_refused(client: AsyncClient) -> None:
    answer = await client.get("/v1/me", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_body_too_long_is_refused_announced_or_not(world: World) -> None:
    big = b'{"name": "' + b"x" * 2_000_000 + b'"}'

    async def chunks() -> object:
        for start in range(0, len(big), 65_536):
            yield big[start : start + 65_536]

    headers = world.coordinator.headers(
        {"Content-Type": "application/json", "Idempotency-Key": "big"}
    )
    for content in (big, chunks()):
        answer = await world.client.post("/v1/members", content=content, headers=headers)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"name": "X", "siren": "1", "id": "mem_0"}, "/id", "extra_forbidden"),
        ({"name": "X" * 201, "siren": "000000000"}, "/name", "string_too_long"),
        ({"name": "X", "siren": "000000000", "headcount": True}, "/headcount", "int_type"),
    ],
)
async def test_what_is_wrong_is_pointed_at(
    world: World, body: object, pointer: str, code: str
) -> None:
    answer = await world.coordinator.post("/v1/members", body)
    assert answer.status_code == 422
    faults = {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}
    assert (pointer, code) in faults


async def test_faults_are_twenty_at_most(world: World) -> None:
    answer = await world.coordinator.post("/v1/members", {f"k{n}": n for n in range(150)})
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 20)
    assert "20" in answer.json()["detail"]


@pytest.mark.parametrize("key", ["x" * 61, "clé", "<script>", "a/b"])
async def test_a_key_of_the_callers_making_is_not_echoed(world: World, key: str) -> None:
    body = {"name": "X", "siren": "732829320", key: 1}
    answer = await world.coordinator.post("/v1/members", body)
    fault = answer.json()["errors"][0]
    assert (fault["pointer"], fault["code"]) == ("/", "extra_forbidden")
    assert key not in answer.text


@pytest.mark.parametrize(
    "path", ["/v1/sessions", "/v1/members", "/v1/tenders", "/v1/consortia", "/v1/payments"]
)
async def test_no_refusal_echoes_what_was_sent(world: World, path: str) -> None:
    secret = "Xyzzy-4711"
    fields = ("email", "password", "name", "siren", "title", "amount", "membership_id", "paid_on")
    for wrong in (secret, [secret], {secret: secret}, secret * 100):
        answer = await world.coordinator.post(path, dict.fromkeys(fields, wrong))
        assert answer.status_code == 422, answer.text
        assert secret not in answer.text


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("gone"),
        psycopg.errors.AdminShutdown("gone"),
        psycopg.InterfaceError("gone"),
        InterfaceError("SELECT 1", None, psycopg.InterfaceError("gone")),
    ],
    ids=lambda error: f"{type(error).__module__}.{type(error).__name__}",
)
async def test_a_database_that_went_away_is_a_503(error: Exception) -> None:
    app = FastAPI()
    errors.install(app)

    @app.get("/")
    async def fails() -> None:
        raise error

    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]


@pytest.mark.parametrize("given", ['"0002"', "2", 'W/"2"', '"2", "3"', '"*"', ""])
async def test_a_version_is_compared_as_text(given: str) -> None:
    with pytest.raises(PreconditionFailed):
        await if_match(given)
    assert await if_match('"2"') == 2


async def test_an_ill_formed_id_reads_like_one_that_never_was(world: World) -> None:
    broken = await world.alpha.get("/v1/members/mem_zzz")
    unknown = await world.alpha.get("/v1/members/mem_" + "0" * 32)
    for answer in (broken, unknown):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_an_edited_cursor_is_refused(world: World) -> None:
    first = (await world.alpha.get("/v1/members", limit=1)).json()["next_cursor"]
    edited = first[:-2] + ("AA" if first[-2:] != "AA" else "BB")
    for cursor in (edited, "x", "é", ""):
        answer = await world.alpha.get("/v1/members", cursor=cursor)
        assert answer.status_code in {200, 422}
        assert answer.status_code == (200 if cursor == "" else 422)


async def test_a_cursor_serves_its_own_list_only(world: World) -> None:
    cursor = (await world.alpha.get("/v1/members", limit=1)).json()["next_cursor"]
    answer = await world.alpha.get("/v1/tenders", cursor=cursor)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_what_creates_needs_a_key(world: World) -> None:
    answer = await world.client.post(
        "/v1/members",
        json={"name": "X", "siren": siren("k")},
        headers=world.coordinator.headers(),
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


async def test_a_key_with_another_body_is_refused(world: World) -> None:
    body = {"name": "X", "siren": siren(f"{world.cluster_id} one")}
    await world.coordinator.post("/v1/members", body, key="again")
    other = await world.coordinator.post("/v1/members", {**body, "name": "Y"}, key="again")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_refusal_is_not_kept_under_its_key(world: World) -> None:
    wrong = await world.coordinator.post("/v1/members", {"name": "X", "siren": "123"}, key="retry")
    assert wrong.status_code == 422
    body = {"name": "X", "siren": siren(f"{world.cluster_id} two")}
    assert (await world.coordinator.post("/v1/members", body, key="retry")).status_code == 201


async def test_health_and_readiness_answer_without_sign_in(client: AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {"status": "ok"}


async def test_metrics_count_by_route_not_by_path(world: World) -> None:
    await world.alpha.get("/v1/members/mem_" + "1" * 32)
    metrics = (await world.client.get("/metrics")).text
    assert 'handler="/v1/members/{member_id}"' in metrics
    assert "mem_1111" not in metrics


async def test_the_documentation_comes_from_this_server_alone(client: AsyncClient) -> None:
    page = await client.get("/docs")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "://" not in page.text
    for path in ("/docs/assets/swagger-ui-bundle.js", "/docs/start.js", "/openapi.json"):
        assert (await client.get(path)).status_code == 200


async def test_answers_may_be_shown_by_no_page(client: AsyncClient) -> None:
    answer = await client.get("/nowhere")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
