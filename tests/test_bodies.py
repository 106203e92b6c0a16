"""Every operation that takes a body, as the document lists them: a new one is covered at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response

from tests.infra.test_strict import HOSTILE
from tests.test_openapi import document, in_path, operations
from tests.world import World

OWNED = (
    *("id", "cluster_id", "person_id", "created_at", "created_by", "updated_at", "version"),
    *("state", "rate", "policy_id", "policy_version", "charged_at", "recorded_at", "recorded_by"),
    *("lead_member_id", "proposed_at", "approved_at", "approved_by", "settled", "paid", "hash"),
)
"""What the service alone writes."""


def schema_of(operation: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of an operation's body, when it takes one of JSON."""
    content = operation.get("requestBody", {}).get("content", {})
    found: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return found


TAKING = {
    operation["operationId"]: (method, path, schema)
    for method, path, operation in operations()
    if (schema := schema_of(operation)) is not None
}
PATHS = document()["paths"]
COMPONENTS = document()["components"]["schemas"]


def objects(schema: dict[str, Any], at: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Each object that a schema may hold: where, and the names that it knows."""
    if "$ref" in schema:
        schema = COMPONENTS[schema["$ref"].rsplit("/", 1)[-1]]
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from objects(one, at)
    if schema.get("type") == "array":
        yield from objects(schema["items"], (*at, 0))
    if "properties" in schema:
        yield at, schema["properties"].keys()
        for name, inner in schema["properties"].items():
            yield from objects(inner, (*at, name))


def nested(at: tuple[str | int, ...], innermost: object) -> Any:
    """``innermost`` at its place in a body."""
    for step in reversed(at):
        innermost = [innermost] if step == 0 else {str(step): innermost}
    return innermost


async def send(world: World, method: str, path: str, **what: Any) -> Response:
    """A request of the coordinator to things that are not there, well formed but for its body."""
    for given in PATHS[path][method].get("parameters", ()):
        if given["in"] == "path":
            path = path.replace(f"{{{given['name']}}}", in_path(given["schema"]))
    headers = {"Idempotency-Key": "trial", "If-Match": '"1"', "Content-Type": "application/json"}
    return await world.client.request(
        method.upper(), path, headers=world.coordinator.headers(headers), **what
    )


@pytest.mark.parametrize("name", TAKING)
async def test_what_the_service_owns_is_refused_in_every_object(world: World, name: str) -> None:
    method, path, schema = TAKING[name]
    found = list(objects(schema))
    assert found
    for at, known in found:
        strange = [field for field in OWNED if field not in known]
        for start in range(0, len(strange), 4):
            fields = strange[start : start + 4]
            answer = await send(world, method, path, json=nested(at, dict.fromkeys(fields, "1")))
            assert answer.status_code == 422, (at, fields, answer.text)
            faults = {
                (fault["pointer"].rsplit("/", 1)[-1], fault["code"])
                for fault in answer.json()["errors"]
            }
            assert {(field, "extra_forbidden") for field in fields} <= faults, (at, faults)


@pytest.mark.parametrize("name", TAKING)
async def test_what_is_no_strict_json_is_refused_everywhere(world: World, name: str) -> None:
    method, path, _ = TAKING[name]
    for kind, body in HOSTILE.items():
        answer = await send(world, method, path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_json"), kind


@pytest.mark.parametrize("name", TAKING)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-json", ""])
async def test_what_is_not_called_json_is_refused_everywhere(
    world: World, name: str, kind: str
) -> None:
    method, path, _ = TAKING[name]
    headers = world.coordinator.headers({"Content-Type": kind})
    answer = await world.client.request(method.upper(), path, content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
