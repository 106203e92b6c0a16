"""A browser's session: in a cookie that no script reads and no other site can use."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient, Response

from app.infra.db import Database
from app.infra.http.credential import COOKIE
from app.settings import Settings
from tests.people.steps import PASSWORD, api_at, enrol
from tests.world import World

OURS = "https://grappe.test"
OTHER_SITES = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": OURS},
    {"Origin": "https://evil.example"},
    {"Origin": "https://grappe.test.evil.example"},
    {"Origin": "http://grappe.test"},
    {"Origin": "null"},
    {"Origin": ""},
]


@pytest.fixture
async def browser(settings: Settings, world: World, owner: Database) -> AsyncIterator[AsyncClient]:
    """A browser in which someone has signed in."""
    email = await enrol(world, owner)
    async with api_at(settings) as opened:
        answer = await post_sign_in(opened, email, Origin=OURS)
        assert answer.status_code == 201, answer.text
        yield opened


async def post_sign_in(browser: AsyncClient, email: str, **headers: str) -> Response:
    body = {"email": email, "password": PASSWORD, "delivery": "cookie"}
    return await browser.post("/v1/sessions", json=body, headers=headers)


async def test_the_secret_is_in_a_cookie_out_of_scripts_reach_and_nowhere_else(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    async with api_at(settings) as opened:
        answer = await post_sign_in(opened, email, Origin=OURS)
    assert answer.json()["token"] is None
    name, _, rest = answer.headers["set-cookie"].partition("=")
    secret, *attributes = rest.split("; ")
    assert name == COOKIE
    assert secret.startswith("grappe_")
    assert secret not in answer.text
    assert {one.lower() for one in attributes} == {
        *("httponly", "secure", "path=/", "samesite=lax", "max-age=43200")
    }


@pytest.mark.parametrize("path", ["/v1/me", "/v1/tenders"], ids=["session", "hot read"])
@pytest.mark.parametrize("headers", OTHER_SITES, ids=str)
async def test_another_sites_request_is_refused(
    browser: AsyncClient, path: str, headers: dict[str, str]
) -> None:
    answer = await browser.get(path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("path", ["/v1/me", "/v1/tenders"], ids=["session", "hot read"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": OURS}],
    ids=str,
)
async def test_our_own_pages_request_is_honoured(
    browser: AsyncClient, path: str, headers: dict[str, str]
) -> None:
    answer = await browser.get(path, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("headers", [{}, *OTHER_SITES], ids=str)
async def test_what_changes_something_must_say_that_it_comes_from_us(
    browser: AsyncClient, headers: dict[str, str]
) -> None:
    refused = await browser.post("/v1/sessions/renewals", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
    assert (await browser.get("/v1/me")).status_code == 200


@pytest.mark.parametrize("headers", OTHER_SITES, ids=str)
async def test_another_site_signs_nobody_in(
    settings: Settings, world: World, owner: Database, headers: dict[str, str]
) -> None:
    email = await enrol(world, owner)
    async with api_at(settings) as opened:
        answer = await post_sign_in(opened, email, **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert "set-cookie" not in answer.headers


async def test_a_bearer_token_wins_over_the_cookie_and_needs_no_origin(
    browser: AsyncClient, world: World
) -> None:
    headers = world.treasurer.headers({"Sec-Fetch-Site": "cross-site"})
    answer = await browser.get("/v1/me", headers=headers)
    assert answer.json()["role"] == "treasurer"
    dead = await browser.get("/v1/me", headers={"Authorization": "Bearer grappe_dead"})
    assert dead.status_code == 401


async def test_a_renewal_replaces_the_cookie_and_signing_out_drops_it(
    browser: AsyncClient,
) -> None:
    first = browser.cookies[COOKIE]
    renewed = await browser.post("/v1/sessions/renewals", headers={"Origin": OURS})
    assert (renewed.status_code, renewed.json()["token"]) == (201, None)
    second = browser.cookies[COOKIE]
    assert second != first
    stolen = await browser.get("/v1/me", headers={"Authorization": f"Bearer {first}"})
    assert stolen.status_code == 401
    assert (await browser.get("/v1/me")).status_code == 200
    left = await browser.delete("/v1/sessions/current", headers={"Origin": OURS})
    assert left.status_code == 204
    assert COOKIE not in browser.cookies
    stolen = await browser.get("/v1/me", headers={"Authorization": f"Bearer {second}"})
    assert stolen.status_code == 401
