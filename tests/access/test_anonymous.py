"""A stranger is told so first: nothing of what they send is judged, on any operation.

But for bytes that are no JSON at all: a body is read whole before anyone is asked for.
"""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.access.document import Operation, id_prefix, operations

SIGNED_IN = [one for one in operations().values() if one.said.get("security")]
NOWHERE = "0" * 32
NO_VERSION, NO_KEY = {"If-Match": "none"}, {"Idempotency-Key": "\N{BULLET}".encode()}


def bad_requests(operation: Operation) -> dict[str, dict[str, Any]]:
    """What of a request could be refused, by what is wrong in it."""
    found: dict[str, dict[str, Any]] = {"strange query": {"params": {"strange": "1"}}}
    if "limit" in operation.takes("query"):
        found["bad query"] = {"params": {"limit": "-1", "cursor": "edited"}}
    if operation.takes("path"):
        found["bad path"] = {"fill": "x_1"}
    if operation.body is not None:
        found["unknown field"] = {"json": {"strange": 1}}
        found["no object"] = {"json": [1]}
        found["nothing"] = {"json": None}
    if "If-Match" in operation.takes("header"):
        found["bad version"] = {"json": {}, "headers": NO_VERSION}
    if "Idempotency-Key" in operation.takes("header"):
        found["bad key"] = {"json": {}, "headers": NO_KEY}
    return found


def address(operation: Operation, fill: str | None) -> str:
    """The operation's path, filled with one thing, or with ids of nothing."""
    ids = {
        name: fill or f"{id_prefix(schema) or 'x'}_{NOWHERE}"
        for name, schema in operation.takes("path").items()
    }
    return operation.path.format(**ids)


@pytest.mark.parametrize("operation", SIGNED_IN, ids=lambda one: one.id)
async def test_whoever_has_not_signed_in_gets_a_401_whatever_they_send(
    client: AsyncClient, operation: Operation
) -> None:
    for wrong, request in bad_requests(operation).items():
        path = address(operation, request.pop("fill", None))
        answer = await client.request(operation.method, path, **request)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), wrong
