"""A well-formed request of every operation, over a scene.

An operation that takes nothing but ids of its path needs no builder: ``IDS`` has one of each
name. An operation with a body, or that is about another stage, has a builder in ``builders.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from httpx import AsyncClient, Response

from app.alerts.digests.service import REFUSAL
from app.kernel.ids import encode
from app.people.domain import fresh_token
from tests.access.document import Operation, operations
from tests.access.scene import Scene


@dataclass
class Call:
    """What a request is filled with; ``version`` goes into If-Match."""

    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    file: bytes | None = None
    version: int | str | None = None


Builder = Callable[[Scene, str], Call]
"""Makes the request that a persona (a column of the matrix) sends."""

BUILDERS: dict[str, Builder] = {}
"""By operation, or ``operation@situation`` for a second row of the same operation."""


def builds(row: str) -> Callable[[Builder], Builder]:
    """Register the builder of a row of the matrix."""

    def register(builder: Builder) -> Builder:
        BUILDERS[row] = builder
        return builder

    return register


def operation_of(row: str) -> Operation:
    """The operation that a row of the matrix is about."""
    return operations()[row.partition("@")[0]]


def call_of(row: str, scene: Scene, persona: str) -> Call:
    """The request of a row as a persona sends it."""
    if row in BUILDERS:
        return BUILDERS[row](scene, persona)
    operation = operation_of(row)
    assert operation.body is None, f"{row} takes a body: write its builder"
    return Call(path={name: IDS[name](scene) for name in operation.takes("path")})


async def send(
    client: AsyncClient,
    row: str,
    call: Call,
    token: str | None,
    *,
    key: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Send a request, under a fresh idempotency key unless one is given."""
    operation = operation_of(row)
    sent = dict(headers or {})
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    if "Idempotency-Key" in operation.takes("header"):
        sent["Idempotency-Key"] = key or uuid4().hex
    if call.file is not None:
        sent["Content-Type"] = "application/pdf"
    if call.version is not None:
        sent["If-Match"] = f'"{call.version}"'
    return await client.request(
        operation.method,
        operation.path.format(**call.path),
        params=call.query,
        json=call.body,
        content=call.file,
        headers=sent,
    )


IDS: dict[str, Callable[[Scene], str]] = {
    "alert_id": lambda _: encode("alt", uuid4()),
    "candidacy_id": lambda scene: scene.candidacy_id,
    "address_id": lambda _: encode("cal", uuid4()),
    "closing_id": lambda scene: scene.closing_id,
    "certificate_id": lambda scene: scene.own["certificate_id"],
    "consortium_id": lambda scene: scene.stages["submitted"].x.id,
    "mandate_id": lambda scene: scene.stages["submitted"].x.mandate_id,
    "succession_id": lambda scene: scene.stages["submitted"].x.succession_id,
    "clause_id": lambda _: "objet",
    "decision_id": lambda scene: scene.decision_id,
    "document_id": lambda scene: scene.stages["submitted"].x.document["id"],
    "flow_id": lambda scene: scene.own["flow_id"],
    "import_id": lambda scene: scene.import_id,
    "invitation_id": lambda scene: scene.invitation_id,
    "member_id": lambda scene: scene.person("party").member,
    "match_id": lambda scene: scene.found().match_id,
    "membership_id": lambda scene: scene.membership_id,
    "notice_id": lambda scene: scene.notice_id,
    "number": lambda _: "1",
    "pair_id": lambda scene: scene.pair_id,
    "run_id": lambda scene: scene.own["run_id"],
    "call_id": lambda scene: scene.own["call_id"],
    "search_id": lambda scene: scene.found().search_id,
    "secret": lambda _: fresh_token().secret,
    "session_id": lambda _: encode("ses", uuid4()),
    "token": lambda _: REFUSAL.mint("another secret", uuid4(), uuid4()),
    "token_id": lambda _: encode("tok", uuid4()),
    "signature_id": lambda scene: scene.stages["submitted"].x.signatures[0]["id"],
    "tender_id": lambda scene: str(scene.stages["submitted"].tender["id"]),
}
"""What a parameter of a path is filled with, when no builder says otherwise."""
