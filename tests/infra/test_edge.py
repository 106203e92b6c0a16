"""The edge: security headers on every answer, pages of other origins, metrics for few."""

import pytest
from httpx import AsyncClient
from pydantic import SecretStr

from app.settings import Settings
from tests.infra.edge import api
from tests.world import World

ORIGIN = "https://app.example"
EXPECTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/members/", 404),
        ("DELETE", "/v1/members", 405),
        ("POST", "/v1/members", 413),
        ("POST", "/v1/sessions", 422),
        ("GET", "/v1/me", 401),
        ("GET", "/docs", 200),
        ("GET", "/docs/assets/swagger-ui.css", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/", 307),
        ("GET", "/%00", 400),
        ("OPTIONS", "/v1/members", 200),
    ],
)
async def test_every_answer_bears_the_security_headers(
    settings: Settings, method: str, path: str, status: int
) -> None:
    content = b"x" * 3_000 if status == 413 else b"{}"
    headers = {"Content-Type": "application/json"}
    if method == "OPTIONS":
        headers |= {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    async with api(settings, max_body_bytes=2_048, cors_origins=(ORIGIN,)) as client:
        answer = await client.request(method, path, content=content, headers=headers)
    assert answer.status_code == status
    for name, value in EXPECTED.items():
        assert answer.headers[name] == value
    for name in ("content-security-policy", "permissions-policy", "x-request-id"):
        assert answer.headers[name]
    assert "strict-transport-security" not in answer.headers


async def test_production_says_https_for_years(settings: Settings) -> None:
    async with api(settings, environment="production") as client:
        answer = await client.get("/nowhere")
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")


async def test_no_answer_is_made_of_the_host_header(client: AsyncClient) -> None:
    for path in ("/v1/members/", "/docs/", "/docs/assets", "/"):
        answer = await client.get(path, headers={"Host": "evil.example"})
        assert "evil" not in answer.headers.get("location", "") + answer.text


async def test_a_page_of_a_known_origin_may_call(settings: Settings, world: World) -> None:
    async with api(settings, cors_origins=(ORIGIN,)) as client:
        asked = {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,idempotency-key,if-match",
        }
        preflight = await client.options("/v1/members", headers=asked)
        assert preflight.status_code == 200
        assert preflight.headers["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-credentials" not in preflight.headers
        answer = await client.get("/v1/me", headers=world.alpha.headers({"Origin": ORIGIN}))
        shown = answer.headers["access-control-expose-headers"]
        assert {"ETag", "RateLimit", "Retry-After", "X-Request-Id"} <= set(shown.split(", "))
        refused = await client.get("/v1/me", headers={"Origin": ORIGIN})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (
            401,
            ORIGIN,
        )
        for other in ("https://evil.example", "null", ORIGIN + ".evil.example"):
            answer = await client.get("/v1/me", headers={"Origin": other})
            assert "access-control-allow-origin" not in answer.headers


async def test_no_page_may_call_by_default(client: AsyncClient) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    preflight = await client.options("/v1/members", headers=asked)
    assert preflight.status_code == 405
    assert "access-control-allow-origin" not in preflight.headers


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 404),
        ("nonsense", {}, 404),
    ],
)
async def test_metrics_are_for_a_program_of_this_machine(
    settings: Settings, address: str, headers: dict[str, str], status: int
) -> None:
    async with api(settings, address=address) as client:
        answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == status
    if status == 404:
        assert answer.json()["code"] == "not_found"


async def test_a_token_opens_the_metrics_and_nothing_else_then(settings: Settings) -> None:
    token = "vK2p9Qx7Lm4Rt8Wz3Nc6Hb1Jf5Ds0Gy"
    async with api(settings, address="127.0.0.1", metrics_token=SecretStr(token)) as client:
        for given, status in ((token, 200), (token[:-1], 404), ("", 404), ("é", 404)):
            headers = [(b"authorization", f"Bearer {given}".encode())]
            assert (await client.get("/metrics", headers=headers)).status_code == status
        assert (await client.get("/metrics")).status_code == 404
