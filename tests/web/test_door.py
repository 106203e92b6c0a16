"""The pages that people arrive at: they come from here alone, and say so to the browser."""

import re

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from app.settings import Settings
from app.web.door import PAGES, add_door


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_scripts_of_this_server_alone(client: AsyncClient, path: str) -> None:
    page = await client.get(path)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "://" not in page.text
    assert " style=" not in page.text
    assert f'data-page="{path}"' in page.text


async def test_what_a_page_names_is_there(client: AsyncClient) -> None:
    page = (await client.get(PAGES[0])).text
    named = re.findall(r'(?:src|href)="(/door/[^"]+)"', page)
    assert len(named) == 2
    for path in named:
        assert (await client.get(path)).status_code == 200
    script = (await client.get("/door/door.js")).text
    for selector in re.findall(r'find\(\s*"#([a-z-]+)', script):
        assert f'id="{selector}"' in page, selector
    for form in re.findall(r'onSubmit\(\s*"([a-z-]+)"', script):
        assert f'<form id="{form}"' in page, form


async def test_what_a_page_asks_of_the_api_is_in_its_document(client: AsyncClient) -> None:
    script = (await client.get("/door/door.js")).text
    document = (await client.get("/openapi.json")).json()["paths"]
    asked = re.findall(r'call\(\s*"([A-Z]+)", ["`]([^"`]+)["`]', script)
    assert len(asked) > 8
    for method, path in asked:
        known = re.sub(r"\$\{[^}]+\}", "{session_id}", f"/v1{path}")
        assert method.lower() in document.get(known, {}), (method, known)


async def test_the_provider_is_offered_by_its_name_and_when_there_is_one() -> None:
    for issuer, offered in ((None, False), ("https://id.example", True)):
        app = FastAPI()
        settings = Settings(
            oidc_issuer=issuer,
            oidc_client_id="grappe",
            oidc_client_secret=SecretStr("x" * 20),
            oidc_name="<Fédé>",
        )
        add_door(app, settings)
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as asking:
            page = (await asking.get("/sign-in")).text
        assert ("par « &lt;Fédé&gt; »" in page) == offered


async def test_whoever_comes_is_led_to_their_account(client: AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/account")
