"""Programs' tokens: their scopes hold everywhere, and they end at once."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.api import SCOPES, TAGS
from app.infra.db import Database
from app.kernel.actor import Role
from app.kernel.ids import encode
from app.kernel.scopes import needed_scope
from app.people.tokens import service as tokens
from app.settings import Settings
from tests.people.steps import api_at, as_holder, enrol, signed_in
from tests.test_openapi import OPEN, in_path, in_query, operations
from tests.world import NOW, Person, World


def filled(path: str, operation: dict[str, Any]) -> str:
    """The path with ids that never were, and the query that it needs."""
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", in_path(parameter["schema"]))
    query = urlencode(in_query(operation))
    return f"{path}?{query}" if query else path


ASKING = [
    (method.upper(), filled(path, operation), operation["tags"][0])
    for method, path, operation in operations()
    if operation["operationId"] not in OPEN
]


BODIES = {
    "/v1/me/password": {"current_password": "x", "new_password": "quatre mots sans rapport"},
    "/v1/me/second-factor": {},
    "/v1/me/second-factor/confirmations": {"code": "000000"},
    "/v1/me/second-factor/removals": {"code": "000000"},
}
"""Of operations that look at their body before at who sends it."""


async def granted(person: Person, *scopes: str, **fields: object) -> dict[str, Any]:
    """A token of the person, as it is answered."""
    body = {"name": "Tableur", "scopes": list(scopes), **fields}
    made = await person.post("/v1/tokens", body)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def issue(person: Person, *scopes: str, **fields: object) -> Person:
    """Who asks with a new token of the person."""
    made = await granted(person, *scopes, **fields)
    return Person(person.client, made["token"], person.member_id)


def test_what_asks_for_a_scope_has_scopes_and_nothing_else() -> None:
    assert set(SCOPES) == {needed_scope(tag, method) for method, _, tag in ASKING}
    assert {tag for _, _, tag in ASKING} <= {tag["name"] for tag in TAGS}


async def test_every_operation_asks_for_its_scope_of_a_token_that_has_all_others(
    world: World,
) -> None:
    for needed in sorted(SCOPES):
        made = await granted(world.alpha, *[one for one in SCOPES if one != needed])
        token = Person(world.client, made["token"], world.alpha.member_id)
        for method, path, _ in [one for one in ASKING if needed_scope(one[2], one[0]) == needed]:
            answer = await world.client.request(
                method,
                path,
                headers=token.headers({"Idempotency-Key": "scope", "If-Match": '"1"'}),
                json=BODIES.get(path),
            )
            said = (answer.status_code, answer.json().get("code"))
            assert said == (403, "scope_missing"), f"{method} {path}: {answer.text}"
            assert needed in answer.json()["detail"]
        # There are more scopes than a person may have tokens.
        gone = await world.client.delete(f"/v1/tokens/{made['id']}", headers=world.alpha.headers())
        assert gone.status_code == 204, gone.text


async def test_a_scope_opens_its_noun_and_reading_is_not_writing(world: World) -> None:
    reader = await issue(world.alpha, "tenders:read")
    assert (await reader.get("/v1/tenders")).status_code == 200
    written = await reader.post("/v1/tenders", {"title": "T", "buyer": "B"})
    assert written.json()["code"] == "scope_missing"
    assert (await reader.get("/v1/consortia")).json()["code"] == "scope_missing"
    writer = await issue(world.alpha, "tenders:write")
    assert (await writer.post("/v1/tenders", {"title": "T", "buyer": "B"})).status_code == 201


async def test_a_scope_gives_nothing_that_the_role_may_not(world: World) -> None:
    token = await issue(world.viewer, *SCOPES)
    refused = await token.post("/v1/tenders", {"title": "T", "buyer": "B"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_a_token_begets_no_credential(world: World) -> None:
    token = await issue(world.alpha, *SCOPES)
    body = {"name": "Plus", "scopes": ["tenders:read"]}
    for answer in (
        await token.post("/v1/tokens", body),
        await token.get("/v1/tokens"),
        await token.post("/v1/sessions/renewals"),
        await token.get("/v1/sessions"),
        await token.post("/v1/me/second-factor", {"password": "x"}),
        await token.post("/v1/invitations", {"email": "x@y.example", "role": "viewer"}),
        await token.post(f"/v1/people/msh_{'0' * 32}/roles", {"role": "manager"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "session_only")


@pytest.mark.parametrize("path", ["/v1/me", "/v1/tenders"], ids=["one thing", "list"])
async def test_a_revoked_token_fails_on_the_next_request(world: World, path: str) -> None:
    token = await issue(world.alpha, "sessions:read", "tenders:read")
    listed = (await world.alpha.get("/v1/tokens")).json()["items"]
    assert token.token.startswith(listed[0]["prefix"])
    assert token.token not in str(listed)
    assert (await token.get(path)).status_code == 200
    gone = await _revoke(world.client, world.alpha, listed[0]["id"])
    assert gone == 204
    assert (await token.get(path)).status_code == 401
    assert await _revoke(world.client, world.alpha, listed[0]["id"]) == 404


async def test_a_token_expires(settings: Settings, world: World) -> None:
    token = await issue(world.alpha, "tenders:read", expires_in_days=1)
    now = NOW
    async with api_at(settings, lambda: now) as api:
        for later, status in ((timedelta(hours=23), 200), (timedelta(days=1), 401)):
            now = NOW + later
            answer = await api.get("/v1/tenders", headers=token.headers())
            assert answer.status_code == status


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": ["tenders:delete"]},
        {"scopes": ["unicorns:read"]},
        {"scopes": []},
        {"expires_in_days": 366},
        {"expires_in_days": 0},
        {"scopes": ["a" * 30 + "\u0130:read"]},
    ],
    ids=str,
)
async def test_what_makes_no_token(world: World, wrong: dict[str, object]) -> None:
    body = {"name": "X", "scopes": ["tenders:read"], **wrong}
    assert (await world.alpha.post("/v1/tokens", body)).status_code == 422


async def test_a_manager_makes_the_tokens_of_the_companys_programs_and_of_no_others(
    world: World, other_world: World
) -> None:
    theirs = (await world.integration.get("/v1/me")).json()["membership_id"]
    read = {"membership_id": theirs, "name": "ERP", "scopes": ["sessions:read"]}
    token = await issue(world.alpha, "sessions:read", membership_id=theirs)
    assert (await token.get("/v1/me")).json()["role"] == "integration"
    # Not even the coordinator: what reads a company's prices is the company's to hand out.
    people = (world.beta, world.coordinator, world.viewer, world.contributor, other_world.alpha)
    for person in people:
        assert (await person.post("/v1/tokens", read)).status_code == 404
    manager = (await world.alpha.get("/v1/me")).json()["membership_id"]
    stolen = {**read, "membership_id": manager}
    for person in (world.contributor, world.coordinator, world.beta):
        assert (await person.post("/v1/tokens", stolen)).status_code == 404
    ids = [one["id"] for one in (await world.alpha.get("/v1/tokens")).json()["items"]]
    for person in (world.beta, world.viewer, other_world.coordinator):
        assert await _revoke(world.client, person, ids[0]) == 404
        assert ids[0] not in (await person.get("/v1/tokens")).text
    assert await _revoke(world.client, world.coordinator, ids[0]) == 204


async def test_a_program_is_told_of_no_other_hat(
    world: World, other_world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    await enrol(other_world, owner, email=email, role=Role.TREASURER)
    person = await signed_in(world, email)
    assert len((await person.get("/v1/me")).json()["memberships"]) == 2
    token = await issue(person, "sessions:read")
    me = (await as_holder(world, token.token).get("/v1/me")).json()
    assert [one["membership_id"] for one in me["memberships"]] == [me["membership_id"]]


async def _revoke(client: AsyncClient, person: Person, token_id: str) -> int:
    answer = await client.delete(f"/v1/tokens/{token_id}", headers=person.headers())
    return answer.status_code


async def test_revoking_a_token_of_another_hat_is_on_record_where_the_token_is(
    world: World, other_world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    await enrol(other_world, owner, email=email)
    here = await signed_in(world, email)
    made = (await here.post("/v1/tokens", {"name": "x", "scopes": ["tenders:read"]})).json()["id"]
    home = (await here.get("/v1/me")).json()
    (there,) = [
        one["membership_id"]
        for one in home["memberships"]
        if one["membership_id"] != home["membership_id"]
    ]
    switched = (await here.post("/v1/sessions/switches", {"membership_id": there})).json()["token"]
    elsewhere = as_holder(world, switched)
    revoked = await world.client.delete(f"/v1/tokens/{made}", headers=elsewhere.headers())
    assert revoked.status_code == 204, revoked.text
    async with owner.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT cluster_id FROM audit_entry"
                " WHERE action = 'token.revoked' AND subject_id = :token"
            ),
            {"token": UUID(made.removeprefix("tok_"))},
        )
        where = [encode("clu", cluster_id) for (cluster_id,) in rows]
    assert where == [home["cluster_id"]]


async def test_of_tokens_made_at_once_no_more_than_the_limit_are(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "AT_MOST", 2)
    person = await signed_in(world, await enrol(world, owner))
    body = {"name": "x", "scopes": ["tenders:read"]}
    answers = await asyncio.gather(*[person.post("/v1/tokens", body) for _ in range(6)])
    assert sorted(one.status_code for one in answers) == [201] * 2 + [409] * 4
