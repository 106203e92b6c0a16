"""The API's document as these proofs read it: every operation, and where it takes an id."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.test_openapi import document

_ID_PATTERN = re.compile(r"\^([a-z]{3})_\[0-9a-f\]\{32\}\$")


@dataclass(frozen=True)
class Operation:
    """One operation; ``said`` is what the document says of it."""

    id: str
    method: str
    path: str
    said: dict[str, Any]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """What it takes outside its body."""
        return list(self.said.get("parameters", []))

    def takes(self, place: str) -> dict[str, dict[str, Any]]:
        """The schemas of its parameters in ``path``, ``query`` or ``header``, by name."""
        return {p["name"]: p["schema"] for p in self.parameters if p["in"] == place}

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of its JSON body."""
        content = self.said.get("requestBody", {}).get("content", {})
        found: dict[str, Any] | None = content.get("application/json", {}).get("schema")
        return found

    @property
    def media_types(self) -> set[str]:
        """What it can answer with."""
        return {
            media
            for status, answer in self.said["responses"].items()
            if status.startswith("2")
            for media in answer.get("content", {})
        }


@cache
def operations() -> dict[str, Operation]:
    """Every operation by its id."""
    return {
        said["operationId"]: Operation(said["operationId"], method.upper(), path, said)
        for path, methods in document()["paths"].items()
        for method, said in methods.items()
    }


def id_prefix(schema: dict[str, Any]) -> str | None:
    """The prefix of the ids that a schema takes: ``con`` of ``con_…``; None for other values."""
    for one in (schema, *schema.get("anyOf", ())):
        found = _ID_PATTERN.fullmatch(one.get("pattern", ""))
        if found:
            return found[1]
    return None


def id_fields(operation: Operation) -> Iterator[tuple[str, str]]:
    """Where an operation takes ids: a pointer such as ``body/lots/*/lot_id``, and the prefix."""
    for place in ("path", "query", "header"):
        for name, schema in operation.takes(place).items():
            prefix = id_prefix(schema) or id_prefix(schema.get("items", {}))
            if prefix:
                yield f"{place}/{name}", prefix
    if operation.body is not None:
        yield from _inside(operation.body, "body")


def _inside(schema: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        yield from _inside(document()["components"]["schemas"][name], where)
        return
    prefix = id_prefix(schema)
    if prefix:
        yield where, prefix
        return
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _inside(one, where)
    if "items" in schema:
        yield from _inside(schema["items"], f"{where}/*")
    for name, one in schema.get("properties", {}).items():
        yield from _inside(one, f"{where}/{name}")
