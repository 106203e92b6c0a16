"""Second factors: codes that serve once, and say nothing to who does not know the password."""

import asyncio
from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.infra.db import Database
from app.infra.db.scope import SYSTEM_PERSON
from app.kernel.errors import NotFound
from app.kernel.ids import encode
from app.people import service
from app.people.attempts import CODE
from app.people.second_factor import service as second_factor
from app.settings import Settings
from tests.people.steps import (
    PASSWORD,
    api_at,
    as_holder,
    codes,
    enrol,
    sign_in,
    signed_in,
    with_second_factor,
)
from tests.world import NOW, World

LATER = NOW + timedelta(minutes=2)


async def test_enrolment_takes_the_password_and_a_code_and_renews_the_session(
    world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    person, elsewhere = await signed_in(world, email), await signed_in(world, email)
    refused = await person.post("/v1/me/second-factor", {"password": "not mine"})
    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    asked = (await person.post("/v1/me/second-factor", {"password": PASSWORD})).json()
    assert asked["uri"].startswith("otpauth://totp/Grappe:")
    assert asked["secret"] in asked["uri"]
    assert (await sign_in(world, email)).status_code == 201, "pending: it does not count yet"
    wrong = await person.post("/v1/me/second-factor/confirmations", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    renewed, _, recovery = await with_second_factor(world, person)
    assert len(set(recovery)) == 10
    assert (await person.get("/v1/me")).status_code == 401
    assert (await elsewhere.get("/v1/me")).status_code == 401
    assert (await renewed.get("/v1/me")).json()["second_factor"] is True
    again = await renewed.post("/v1/me/second-factor", {"password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (409, "second_factor_set")


async def test_a_code_confirms_the_authenticator_that_it_came_from_and_no_later_one(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await signed_in(world, await enrol(world, owner))
    first = (await person.post("/v1/me/second-factor", {"password": PASSWORD})).json()["secret"]
    prove = second_factor.prove

    async def then_another(*given: Any) -> Any:
        proved = await prove(*given)
        again = await person.post("/v1/me/second-factor", {"password": PASSWORD})
        assert again.status_code == 201
        return proved

    monkeypatch.setattr(second_factor, "prove", then_another)
    body = {"code": codes(first)}
    confirmed = await person.post("/v1/me/second-factor/confirmations", body)
    assert (confirmed.status_code, confirmed.json()["code"]) == (404, "not_found")
    assert (await person.get("/v1/me")).json()["second_factor"] is False


async def test_a_code_is_asked_for_after_the_right_password_alone(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    _, secret, _ = await with_second_factor(world, await signed_in(world, email))
    without = await sign_in(world, email)
    assert (without.status_code, without.json()["code"]) == (401, "second_factor_required")
    code = codes(secret, LATER)
    wrong = await sign_in(world, email, "not the password", code=code)
    assert wrong.json()["code"] == "wrong_credentials"
    async with api_at(settings, lambda: LATER) as later:
        body = {"email": email, "password": PASSWORD, "code": code}
        answers = await asyncio.gather(*[later.post("/v1/sessions", json=body) for _ in range(3)])
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401]
    assert {one.json()["code"] for one in answers if one.status_code == 401} == {"wrong_code"}


async def test_the_code_that_confirmed_and_those_of_other_times_are_refused(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    _, secret, _ = await with_second_factor(world, await signed_in(world, email))
    used = await sign_in(world, email, code=codes(secret))
    assert used.json()["code"] == "wrong_code"
    for seconds in (-90, -61, 61, 90):
        code = codes(secret, LATER + timedelta(seconds=seconds))
        async with api_at(settings, lambda: LATER) as later:
            body = {"email": email, "password": PASSWORD, "code": code}
            assert (await later.post("/v1/sessions", json=body)).status_code == 401
    async with api_at(settings, lambda: LATER) as later:
        body["code"] = codes(secret, LATER + timedelta(seconds=30))
        assert (await later.post("/v1/sessions", json=body)).status_code == 201
        body["code"] = codes(secret, LATER)  # a step before one that was used
        assert (await later.post("/v1/sessions", json=body)).status_code == 401


async def test_a_recovery_code_serves_once(world: World, owner: Database) -> None:
    email = await enrol(world, owner)
    _, _, recovery = await with_second_factor(world, await signed_in(world, email))
    shaped = recovery[0].replace("-", " ").lower()
    answers = await asyncio.gather(*[sign_in(world, email, code=shaped) for _ in range(3)])
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401]
    assert (await sign_in(world, email, code=recovery[1])).status_code == 201
    other = await enrol(world, owner)
    await with_second_factor(world, await signed_in(world, other))
    assert (await sign_in(world, other, code=recovery[2])).json()["code"] == "wrong_code"


async def test_removal_takes_the_password_and_a_code(world: World, owner: Database) -> None:
    email = await enrol(world, owner)
    person, _, recovery = await with_second_factor(world, await signed_in(world, email))
    for body, code in (
        ({"password": "not mine", "code": recovery[0]}, "wrong_credentials"),
        ({"password": None, "code": recovery[0]}, "wrong_credentials"),
        ({"password": PASSWORD, "code": "123456"}, "wrong_code"),
    ):
        refused = await person.post("/v1/me/second-factor/removals", body)
        assert (refused.status_code, refused.json()["code"]) == (401, code)
    body = {"password": PASSWORD, "code": recovery[0]}
    assert (await person.post("/v1/me/second-factor/removals", body)).status_code == 204
    assert (await sign_in(world, email)).status_code == 201


async def test_codes_are_guessed_a_few_times_a_day(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    _, secret, _ = await with_second_factor(world, await signed_in(world, email))
    body = {"email": email, "password": PASSWORD, "code": "000000"}
    now, statuses = LATER, []
    async with api_at(settings, lambda: now) as api:
        for number in range(CODE.most):
            now = LATER + timedelta(minutes=2 * number)  # the account's own limit passes
            statuses.append((await api.post("/v1/sessions", json=body)).status_code)
        body["code"] = codes(secret, now)
        closed = await api.post("/v1/sessions", json=body)
    assert statuses == [401] * CODE.most
    assert (closed.status_code, closed.json()["code"]) == (429, "too_many_attempts")


async def test_a_programs_token_begets_no_second_factor(world: World) -> None:
    for path, body in (("", {}), ("/confirmations", {"code": "123456"})):
        refused = await world.integration.post(f"/v1/me/second-factor{path}", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "session_only")


async def test_the_operator_lets_in_who_lost_everything_and_every_trail_of_theirs_says_so(
    world: World, other_world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    await with_second_factor(world, await signed_in(world, email))
    await enrol(other_world, owner, email=email)
    await reset_by_operator(owner, email.upper())
    opened = await sign_in(world, email)
    assert opened.status_code == 201
    me = await as_holder(world, opened.json()["token"]).get("/v1/me")
    assert me.json()["second_factor"] is False
    for cluster in (world, other_world):
        async with owner.transaction() as session:
            told = await session.execute(
                text(
                    "SELECT origin, person_id, subject_id FROM audit_entry"
                    " WHERE cluster_id = :cluster AND action = 'second_factor.reset'"
                ),
                {"cluster": cluster.cluster_id},
            )
        (row,) = told
        assert (row.origin, row.person_id) == ("operator", SYSTEM_PERSON)
        assert encode("per", row.subject_id) == me.json()["person_id"]


async def test_nobody_is_let_in_whom_nobody_knows(owner: Database) -> None:
    with pytest.raises(NotFound):
        await reset_by_operator(owner, "nobody@essai.example")


async def test_under_another_secret_of_the_service_a_factor_is_refused_until_it_is_reset(
    settings: Settings, world: World, owner: Database
) -> None:
    email = await enrol(world, owner)
    person, secret, recovery = await with_second_factor(world, await signed_in(world, email))
    changed = settings.model_copy(update={"secret_key": SecretStr(token_hex(32))})
    async with api_at(changed, lambda: LATER) as api:
        for code in (codes(secret, LATER), recovery[0], "000000"):
            body = {"email": email, "password": PASSWORD, "code": code}
            refused = await api.post("/v1/sessions", json=body)
            assert (refused.status_code, refused.json()["code"]) == (
                409,
                "second_factor_unreadable",
            )
            assert refused.headers["content-type"] == "application/problem+json"
        removal = {"password": PASSWORD, "code": recovery[0]}
        refused = await api.post(
            "/v1/me/second-factor/removals", json=removal, headers=person.headers()
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "second_factor_unreadable")
        body = {"email": email, "password": "not the password", "code": recovery[0]}
        wrong = await api.post("/v1/sessions", json=body)
        assert wrong.json()["code"] == "wrong_credentials", "nothing is said before the password"
        await reset_by_operator(owner, email)
        body = {"email": email, "password": PASSWORD}
        assert (await api.post("/v1/sessions", json=body)).status_code == 201


async def reset_by_operator(owner: Database, email: str) -> None:
    """What `grappe person reset-second-factor` does."""
    async with owner.transaction() as session:
        await service.reset_second_factor(session, email, NOW)
