"""The steps of certificates over HTTP."""

from typing import Any

from httpx import Response

from tests.consortia.steps import ok
from tests.world import Person

PDF = b"%PDF-1.7\n1 0 obj\n" + b"x" * 2_000


def social(**more: Any) -> Any:
    """An attestation of URSSAF from 1 January 2026."""
    return {"kind": "social", "valid_from": "2026-01-01", **more}


async def add(person: Person, **more: Any) -> Any:
    """A certificate of a person's company."""
    return ok(await person.post("/v1/certificates", social(**more)))


async def upload(
    person: Person, certificate: Any, body: bytes = PDF, kind: str = "application/pdf"
) -> Response:
    """Send its file."""
    return await person.client.put(
        f"/v1/certificates/{certificate['id']}/file",
        content=body,
        headers=person.headers({"Content-Type": kind}),
    )
