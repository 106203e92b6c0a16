"""Bodies that Python would read too kindly."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.infra.http.strict import BadJson, read_json
from tests.world import World

HOSTILE = {
    "nan": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "lone surrogate": b'{"name": "\\ud800"}',
    "nul": b'{"name": "a\\u0000b"}',
    "nul in a key": b'{"na\\u0000me": 1}',
    "duplicate keys": b'{"name": "a", "name": "b"}',
    "huge integer": b'{"headcount": ' + b"9" * 400 + b"}",
    "deep": b"[" * 100_000,
    "deep and closed": b"[" * 50 + b"]" * 50,
    "utf-16": '{"name": "x"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "latin-1": '{"name": "é"}'.encode("latin-1"),
    "cut": b'{"name": "x',
    "too many keys": json.dumps({f"k{n}": n for n in range(201)}).encode(),
    "too many values": json.dumps({"skills": [[0] * 100] * 200}).encode(),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
async def test_what_is_no_strict_json_is_a_400(world: World, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    answer = await world.client.post(
        "/v1/members", content=body, headers=world.coordinator.headers(headers)
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")


async def test_a_nul_in_an_address_is_a_400(world: World) -> None:
    for path in ("/v1/notices?q=a%00b", "/v1/members/mem_%00"):
        answer = await world.client.get(path, headers=world.alpha.headers())
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        read_json(body)
    except BadJson:
        return
