"""Single sign-on: with a real provider, and with one that lies in every way it can."""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from httpx import AsyncClient, Response
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy import text

from app.infra.db import Database
from app.infra.http.credential import COOKIE
from app.kernel.clock import system_clock
from app.people.single_sign_on import provider as oidc_provider
from app.people.single_sign_on.endpoints import COOKIE as ERRAND
from app.settings import Settings
from tests.people.provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.people.steps import api_at, enrol
from tests.world import NOW, World

START, CALLBACK = "/v1/single-sign-on", "/v1/single-sign-on/callback"


@asynccontextmanager
async def browser_at(settings: Settings, issuer: str, **at: Any) -> AsyncIterator[AsyncClient]:
    """A browser at a service that trusts ``issuer``."""
    update = {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": SecretStr(CLIENT_SECRET),
        "public_url": "https://grappe.test",
    }
    async with api_at(settings.model_copy(update=update), **at) as opened:
        yield opened


@pytest.fixture
def liar() -> Iterator[Provider]:
    """A provider that says what a test has it say."""
    with Provider() as found:
        yield found


async def leave(browser: AsyncClient) -> dict[str, str]:
    """Leave for the provider; what the browser takes there."""
    answer = await browser.get(START)
    assert answer.status_code == 303, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


async def there_and_back(
    settings: Settings, liar: Provider, claims: dict[str, Any], **query: str
) -> Response:
    """The whole way, with an honest token but for ``claims``."""
    async with browser_at(settings, liar.issuer) as browser:
        taken = await leave(browser)
        liar.claims = honest(liar, taken["nonce"]) | claims
        came = {"code": "c0de", "state": taken["state"], **query}
        return await browser.get(CALLBACK, params=came)


def honest(liar: Provider, nonce: str) -> dict[str, Any]:
    now = int(NOW.timestamp())
    return {
        "iss": liar.issuer,
        "aud": CLIENT_ID,
        "sub": uuid4().hex,
        "iat": now,
        "exp": now + 300,
        "nonce": nonce,
        "email_verified": True,
    }


def refused(answer: Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert COOKIE not in answer.headers.get("set-cookie", "")


async def test_an_honest_word_about_an_invited_person_opens_a_session(
    settings: Settings, world: World, owner: Database, liar: Provider
) -> None:
    email = await enrol(world, owner, password=None)
    async with browser_at(settings, liar.issuer) as browser:
        taken = await leave(browser)
        assert taken["redirect_uri"] == "https://grappe.test/v1/single-sign-on/callback"
        assert (taken["tenant"], taken["code_challenge_method"]) == ("1", "S256")
        liar.claims = honest(liar, taken["nonce"]) | {"email": email.upper()}
        came = {"code": "c0de", "state": taken["state"]}
        answer = await browser.get(CALLBACK, params=came)
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.text
        assert ERRAND not in browser.cookies
        me = await browser.get("/v1/me", headers={"Sec-Fetch-Site": "same-origin"})
        assert me.json()["email"] == email
    form = liar.forms[0]
    assert form["code_verifier"]
    assert form["code_verifier"][0] != taken["code_challenge"]


async def test_an_address_that_is_another_but_for_its_letters_case_is_nobodys(
    settings: Settings, world: World, owner: Database, liar: Provider
) -> None:
    """Whoever has a dotted I in their address there is not who has an i; nor a Kelvin sign, a k."""
    email = await enrol(world, owner, email=f"iris.k.{uuid4().hex}@essai.example")
    for sign, letter in (("\u0130", "i"), ("\u212a", "k")):
        lookalike = email.replace(letter, sign, 1)
        refused(await there_and_back(settings, liar, {"email": lookalike}), 403, "not_invited")


async def test_an_identity_stays_its_persons_whatever_becomes_of_mail_addresses(
    settings: Settings, world: World, owner: Database, liar: Provider
) -> None:
    email, other = await enrol(world, owner), await enrol(world, owner)
    subject = uuid4().hex
    known = await there_and_back(settings, liar, {"email": email, "sub": subject})
    assert known.status_code == 303
    # The same subject under another's address is still the first person.
    moved = await there_and_back(settings, liar, {"email": other, "sub": subject})
    assert moved.status_code == 303
    async with browser_at(settings, liar.issuer) as browser:
        secret = moved.headers["set-cookie"].partition("=")[2].partition(";")[0]
        me = await browser.get("/v1/me", headers={"Authorization": f"Bearer {secret}"})
        assert me.json()["email"] == email
    # And the address in other hands at the provider opens nothing.
    stolen = await there_and_back(settings, liar, {"email": email, "sub": uuid4().hex})
    refused(stolen, 403, "not_invited")
    async with owner.transaction() as session:
        await session.execute(
            text("UPDATE person SET disabled_at = :now WHERE email = :email"),
            {"now": NOW, "email": email},
        )
    gone = await there_and_back(settings, liar, {"email": other, "sub": subject})
    refused(gone, 403, "not_invited")


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "no audience": {"aud": None},
    "many audiences without azp": {"aud": [CLIENT_ID, "another"]},
    "another party": {"azp": "another-client"},
    "expired": {"exp": int(NOW.timestamp()) - 3600},
    "never expires": {"exp": None},
    "not yet": {"nbf": int(NOW.timestamp()) + 3600},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "no subject": {"sub": None},
    "a subject that is no text": {"sub": 7},
    "a subject without end": {"sub": "x" * 300},
    "an issuer of another type": {"iss": ["https://evil.example"]},
}


@pytest.mark.parametrize("claims", LIES.values(), ids=LIES.keys())
async def test_a_false_word_is_refused(
    settings: Settings, world: World, owner: Database, liar: Provider, claims: dict[str, Any]
) -> None:
    email = await enrol(world, owner)
    answer = await there_and_back(settings, liar, {"email": email, **claims})
    refused(answer, 401, "single_sign_on_refused")


@pytest.mark.parametrize("how", ["another key", "none", "public key as secret", "no token"])
async def test_a_word_that_is_not_the_providers_is_refused(
    settings: Settings, world: World, owner: Database, liar: Provider, how: str
) -> None:
    if how == "another key":
        liar.signer = RSAKey.generate_key(2048, {"kid": "one"})
    elif how == "none":
        liar.algorithm = "none"
    elif how == "public key as secret":
        liar.algorithm = "HS256"
    else:
        liar.answers["/token"] = (200, {}, b'{"access_token": "at"}')
    answer = await there_and_back(settings, liar, {"email": await enrol(world, owner)})
    refused(answer, 401, "single_sign_on_refused")


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_that_nobody_verified_links_nobody(
    settings: Settings, world: World, owner: Database, liar: Provider, verified: object
) -> None:
    claims = {"email": await enrol(world, owner), "email_verified": verified}
    refused(await there_and_back(settings, liar, claims), 403, "not_invited")


async def test_who_was_not_invited_is_told_so(settings: Settings, liar: Provider) -> None:
    claims = {"email": f"{uuid4().hex}@nowhere.example"}
    refused(await there_and_back(settings, liar, claims), 403, "not_invited")


async def test_the_state_is_one_browsers_for_ten_minutes_and_once(
    settings: Settings, world: World, owner: Database, liar: Provider
) -> None:
    email = await enrol(world, owner)
    for wrong in (
        {"state": "another"},
        {"state": ""},
        {"iss": "https://evil.example"},
        {"code": ""},
    ):
        answer = await there_and_back(settings, liar, {"email": email}, **wrong)
        refused(answer, 401, "single_sign_on_refused")
    async with (
        browser_at(settings, liar.issuer) as browser,
        browser_at(settings, liar.issuer) as another,
        browser_at(settings, liar.issuer, clock=system_clock) as months_later,
    ):
        taken = await leave(browser)
        await leave(another)
        liar.claims = honest(liar, taken["nonce"]) | {"email": email}
        came = {"code": "c0de", "state": taken["state"]}
        refused(await another.get(CALLBACK, params=came), 401, "single_sign_on_refused")
        errand = browser.cookies[ERRAND]
        cookie = {"Cookie": f"{ERRAND}={errand}"}
        late = await months_later.get(CALLBACK, params=came, headers=cookie)
        refused(late, 401, "single_sign_on_refused")
        edited = {"Cookie": f"{ERRAND}={errand[:-6]}AAAAA="}
        refused(
            await browser.get(CALLBACK, params=came, headers=edited), 401, "single_sign_on_refused"
        )
    assert liar.forms == [], "no code is spent on a state that does not fit"
    async with browser_at(settings, liar.issuer) as browser:
        assert (await browser.get(CALLBACK, params=came, headers=cookie)).status_code == 303
        again = await browser.get(CALLBACK, params=came, headers=cookie)
        refused(again, 401, "single_sign_on_refused")
    assert len(liar.forms) == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": ["https://x"]},
    ],
    ids=str,
)
async def test_a_provider_that_speaks_for_another_or_of_no_address_is_not_left_for(
    settings: Settings, liar: Provider, metadata: dict[str, Any]
) -> None:
    liar.metadata = metadata
    async with browser_at(settings, liar.issuer) as browser:
        refused(await browser.get(START), 503, "single_sign_on_unavailable")


@pytest.mark.parametrize("how", ["endless", "redirect", "not json", "deep", "hangs", "down", "500"])
async def test_a_provider_that_does_not_answer_as_it_should_is_given_up(
    settings: Settings, liar: Provider, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    elsewhere = {"location": f"{liar.issuer}/elsewhere"}
    _, _, body = liar.answer("/.well-known/openid-configuration")
    liar.answers["/.well-known/openid-configuration"] = {
        "endless": (200, {}, body + b" " * 2_000_000),
        "redirect": (302, elsewhere, b""),
        "not json": (200, {}, b"<html>"),
        "deep": (200, {}, b"[" * 100_000),
        "500": (500, {}, b"{}"),
    }.get(how, (200, {}, b"{}"))
    issuer = liar.issuer
    if how == "hangs":
        liar.hangs = 2
        monkeypatch.setattr(oidc_provider, "SECONDS", 0.2)
    if how == "down":
        with socket.create_server(("127.0.0.1", 0)) as unused:
            issuer = f"http://127.0.0.1:{unused.getsockname()[1]}"
    async with browser_at(settings, issuer) as browser:
        refused(await browser.get(START), 503, "single_sign_on_unavailable")
    assert "/elsewhere" not in liar.asked


async def test_nothing_is_asked_before_someone_signs_in_and_nothing_without_a_provider(
    settings: Settings, client: AsyncClient, liar: Provider
) -> None:
    async with browser_at(settings, liar.issuer) as browser:
        methods = await browser.get("/v1/sign-in-methods")
        assert methods.json()["single_sign_on"] == settings.oidc_name
        assert liar.asked == []
    assert (await client.get("/v1/sign-in-methods")).json()["single_sign_on"] is None
    for path in (START, CALLBACK):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_single_sign_on")


@pytest.fixture
def real_provider() -> Iterator[str]:
    """A provider that others wrote, in a process of its own; its issuer."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{issuer}/jwks")
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait()


async def test_a_real_provider_signs_an_invited_person_in(
    settings: Settings, world: World, owner: Database, real_provider: str
) -> None:
    email = await enrol(world, owner, password=None)
    async with (
        browser_at(settings, real_provider, clock=system_clock) as browser,
        AsyncClient(base_url=real_provider) as at_provider,
    ):
        claims = {"email": email, "email_verified": True}
        (await at_provider.put(f"/users/{email}", json=claims)).raise_for_status()
        left = await browser.get(START)
        agreed = await at_provider.post(left.headers["location"], data={"sub": email})
        assert agreed.status_code == 302, agreed.text
        back = agreed.headers["location"]
        assert back.startswith("https://grappe.test/v1/single-sign-on/callback?")
        arrived = await browser.get(back)
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/"), arrived.text
        assert (await browser.get("/v1/me")).json()["email"] == email
        # A code of another: this browser's errand, and someone else's way back.
        mine, other = await browser.get(START), await at_provider.get("/jwks")
        assert other.status_code == 200
        async with browser_at(settings, real_provider, clock=system_clock) as attacker:
            theirs = await attacker.get(START)
            agreed = await at_provider.post(theirs.headers["location"], data={"sub": email})
        stolen = parse_qs(urlsplit(agreed.headers["location"]).query)["code"][0]
        state = parse_qs(urlsplit(mine.headers["location"]).query)["state"][0]
        answer = await browser.get(CALLBACK, params={"code": stolen, "state": state})
        refused(answer, 401, "single_sign_on_refused")
