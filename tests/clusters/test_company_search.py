"""The public register: it completes a company when it answers, and blocks nobody when not."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from pydantic import ValidationError

from app.clusters.company_search import Found, open_company_search
from app.main import create_app
from app.settings import Settings
from tests.clusters.register import Answer, PublicRegister, dripping, found, page, result
from tests.consortia.steps import ok, refused
from tests.world import NOW, Person, World, siren

SIREN = siren("un candidat")
OTHER = siren("un autre")


@pytest.fixture
async def register() -> AsyncIterator[PublicRegister]:
    """The register, listening."""
    with PublicRegister() as opened:
        yield opened


@pytest.fixture
async def town(
    settings: Settings, world: World, register: PublicRegister
) -> AsyncIterator[dict[str, Person]]:
    """The world's people at a service that asks the register, with one connection for writes."""
    asking = settings.model_copy(update={"company_search_url": register.url + "/", "pool_size": 1})
    app = create_app(asking, clock=lambda: NOW)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(
            transport=ASGITransport(app=app, raise_app_exceptions=False), base_url="http://test"
        ) as client,
    ):
        yield {name: Person(client, one.token, one.member_id) for name, one in world.people.items()}


async def test_a_company_is_found_by_its_siren(
    town: dict[str, Person], register: PublicRegister
) -> None:
    register.answer = found(result(OTHER, nom_raison_sociale="AUTRE"), result(SIREN))
    spaced = f"{SIREN[:3]} {SIREN[3:6]} {SIREN[6:]}"
    answer = ok(await town["alpha"].get("/v1/company-search", siren=spaced), 200)
    assert answer == {
        "status": "found",
        "company": {
            "siren": SIREN,
            "name": "SCENE OUVERTE",
            "siret": None,
            "legal_form": "SAS",
            "city": "SAINT-ETIENNE",
            "address": "3 RUE DE LA VILLE 42000 SAINT-ETIENNE",
            "active": True,
        },
    }
    assert register.asked == [("/search", {"q": [SIREN]})]
    assert "grappe" in register.user_agent.lower()


async def test_an_unknown_company_is_unknown_and_a_ceased_one_is_said_to_be(
    town: dict[str, Person], register: PublicRegister
) -> None:
    path = "/v1/company-search"
    assert ok(await town["alpha"].get(path, siren=SIREN), 200) == {
        "status": "unknown",
        "company": None,
    }
    register.answer = found(result(SIREN, etat_administratif="C", nature_juridique="0000"))
    company = ok(await town["alpha"].get(path, siren=SIREN), 200)["company"]
    assert (company["active"], company["legal_form"]) == (False, None)
    refused(await town["alpha"].get(path, siren="123456789"), 422, "invalid_siren")


async def test_the_register_is_asked_for_nobody_but_who_may_present_a_company(
    town: dict[str, Person], register: PublicRegister, world: World
) -> None:
    body = {"siren": SIREN}
    for name in ("viewer", "contributor", "treasurer", "integration"):
        refused(await town[name].get("/v1/company-search", siren=SIREN), 403, "forbidden")
        refused(await town[name].post("/v1/candidacies", body), 403, "forbidden")
    client = town["alpha"].client
    stranger = await client.get("/v1/company-search", params={"siren": SIREN})
    refused(stranger, 401, "unauthenticated")
    nobody = await client.post("/v1/members", json=body, headers={"Idempotency-Key": "k"})
    refused(nobody, 401, "unauthenticated")
    assert register.asked == []
    off = ok(await world.alpha.get("/v1/company-search", siren=SIREN), 200)
    assert off == {"status": "off", "company": None}


async def test_an_admission_and_a_candidacy_are_completed_and_what_was_typed_stays(
    town: dict[str, Person], register: PublicRegister
) -> None:
    register.answer = found(result(SIREN))
    body = {"siren": SIREN, "city": "Firminy"}
    admitted = ok(await town["coordinator"].post("/v1/members", body))
    assert (admitted["name"], admitted["legal_form"], admitted["city"], admitted["address"]) == (
        "SCENE OUVERTE",
        "SAS",
        "Firminy",
        "3 RUE DE LA VILLE 42000 SAINT-ETIENNE",
    )
    register.answer = found(result(OTHER))
    candidacy = ok(await town["alpha"].post("/v1/candidacies", {"siren": OTHER}))
    assert candidacy["name"] == "SCENE OUVERTE"
    asked = len(register.asked)
    whole = {"siren": siren("x"), "name": "X", "legal_form": "SA", "city": "Y", "address": "Z"}
    ok(await town["coordinator"].post("/v1/members", whole))
    assert len(register.asked) == asked


KNOWN = json.dumps({"results": [result(SIREN)]}).encode()
"""What would be an answer, did it come with 200 from where it was asked."""

SILENCES: dict[str, Answer] = {
    "HTML with 200": page(b"<html><body>Maintenance</body></html>", Content_Type="text/html"),
    "an empty body": page(b""),
    "JSON of another shape": page(b'["results"]'),
    "results that are no list": page(b'{"results": {"siren": "x"}}'),
    "JSON cut short": page(b'{"results": [{"siren": "'),
    "numbers that are none": page(b'{"results": [NaN]}'),
    "depth without end": page(b'{"results":' + b"[" * 100_000),
    "another company": found(result(OTHER)),
    "results that are no objects": page(b'{"results": [1, "x", null]}'),
    "a company without a name": found(result(SIREN, nom_complet=7, nom_raison_sociale=" ")),
    "too many requests": page(KNOWN, 429, Retry_After="60"),
    "an error": page(KNOWN, 500),
    "a huge answer": page(b'{"results": [], "x": "' + b"x" * 2_000_000 + b'"}'),
    "a packed answer": page(gzip.compress(b'{"results": []}'), Content_Encoding="gzip"),
    "a redirect": page(KNOWN, 302, Location="/elsewhere"),
    "a drip": dripping(8),
}


@pytest.mark.parametrize("silence", SILENCES.values(), ids=SILENCES.keys())
async def test_whatever_the_register_answers_it_blocks_nobody(
    town: dict[str, Person], register: PublicRegister, silence: Answer
) -> None:
    register.answer = silence
    began = time.monotonic()
    answer = ok(await town["alpha"].get("/v1/company-search", siren=SIREN), 200)
    assert answer == {"status": "silent", "company": None}
    assert time.monotonic() - began < 4.5
    nameless = await town["coordinator"].post("/v1/members", {"siren": SIREN})
    refused(nameless, 422, "name_missing")
    named = await town["coordinator"].post("/v1/members", {"siren": SIREN, "name": "Scène"})
    assert ok(named)["name"] == "Scène"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://register.invalid", "http://[::1]:9"])
async def test_a_register_that_is_not_there_is_silent(url: str) -> None:
    async with open_company_search(url, "test") as search:
        assert (await search.find(SIREN)).status == Found.SILENT


async def test_while_the_register_is_asked_no_connection_is_held(
    town: dict[str, Person], register: PublicRegister
) -> None:
    register.answer = dripping(8)
    slow = asyncio.create_task(
        town["coordinator"].post("/v1/members", {"siren": SIREN, "name": "Scène"})
    )
    assert await asyncio.to_thread(register.reached.wait, 10)
    began = time.monotonic()
    ok(await town["beta"].get("/v1/me"), 200)  # the only connection of the pool
    assert time.monotonic() - began < 1.5
    assert not slow.done()
    ok(await slow)


async def test_hostile_texts_of_the_register_become_short_plain_lines(
    town: dict[str, Person], register: PublicRegister
) -> None:
    seat = {"siret": "1" * 14, "adresse": ["x"], "libelle_commune": "SAINT\u202e\r\n\tÉTIENNE"}
    name = "<b>SCENE</b>\u200b\x07 " + "x" * 900
    register.answer = page(json.dumps({"results": [result(SIREN, siege=seat)]}).encode())
    company = ok(await town["alpha"].get("/v1/company-search", siren=SIREN), 200)["company"]
    assert (company["siret"], company["address"], company["city"]) == (
        None,
        None,
        "SAINT ÉTIENNE",
    )
    register.answer = found(result(SIREN, nom_raison_sociale=name, siege=None))
    company = ok(await town["alpha"].get("/v1/company-search", siren=SIREN), 200)["company"]
    assert company["name"].startswith("<b>SCENE</b> x")
    assert len(company["name"]) == 200


@pytest.mark.parametrize(
    "url", ["ftp://x/", "recherche", "https://me:s3cret@x/", "https://x/?q=1", "http://"]
)
def test_an_address_that_is_no_web_address_is_refused_and_not_echoed(url: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings(company_search_url=url)
    assert "s3cret" not in str(refusal.value)
