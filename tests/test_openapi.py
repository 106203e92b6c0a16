"""The API's document is a product: complete, and committed, so that a change shows in review."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.main import create_app
from app.settings import Settings

SNAPSHOT = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"
OPEN = {
    *("open_session", "get_methods", "leave_for_provider", "return_from_provider"),
    *("join_cluster", "ask_password_reset", "accept_password_reset"),
    *("get_health", "get_readiness", "get_calendar", "get_feed"),
    *("ask_digest_refusal", "refuse_digests"),
}
"""Operations that need no sign-in."""
SHOW_A_SECRET = {
    *("open_session", "renew_session", "switch_session", "create_token", "open_calendar_address"),
    *(
        "open_feed_address",
        "request_second_factor",
        "confirm_second_factor",
        "remove_second_factor",
    ),
}
"""Answers that must not be kept for a retry."""
BY_NOBODY = {"ask_password_reset", "accept_password_reset", "join_cluster", "refuse_digests"}
"""Who comes by mail is nobody yet, whose keys could be kept; a link serves once anyway."""
SAVES_NOTHING = {"preview_search"}
"""What would have been found: asked twice, it is the same question."""


@cache
def document() -> dict[str, Any]:
    """The document as the service gives it."""
    return create_app(Settings()).openapi()


def in_path(schema: Any) -> str:
    """What a path may name, and what is not there: an id, a number, a word."""
    if "minimum" in schema:
        return str(schema["minimum"])
    public_id = re.match(r"\^([a-z]+_)\[", schema.get("pattern", "^boamp_["))
    return public_id[1] + "0" * 32 if public_id else str(schema["examples"][0])


def in_query(operation: dict[str, Any]) -> dict[str, Any]:
    """What an operation must be asked with, as its examples have it."""
    return {
        given["name"]: given["schema"]["examples"][0]
        for given in operation.get("parameters", [])
        if given["in"] == "query" and given["required"]
    }


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation: its method, its path, and what is said of it."""
    return [
        (method, path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_committed_document_is_the_present_one() -> None:
    assert json.loads(SNAPSHOT.read_text()) == document(), "run `make openapi` and review the diff"


@pytest.mark.parametrize(
    "operation", [found for _, _, found in operations()], ids=lambda one: one["operationId"]
)
def test_an_operation_is_named_described_and_says_how_it_refuses(
    operation: dict[str, Any],
) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"])
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    if operation["operationId"] not in OPEN:
        assert operation["security"] == [{"token": []}]
        assert {"401", "403", "422"} <= operation["responses"].keys()


def test_what_creates_takes_an_idempotency_key() -> None:
    without = [
        operation["operationId"]
        for method, _, operation in operations()
        if method == "post"
        and "Idempotency-Key" not in {p["name"] for p in operation.get("parameters", [])}
    ]
    assert set(without) == SHOW_A_SECRET | BY_NOBODY | SAVES_NOTHING
