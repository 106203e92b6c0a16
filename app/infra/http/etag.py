"""Versions as strong ETags (RFC 9110, 8.8.3)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from app.infra.http.deps import Work, signed_in
from app.kernel.errors import PreconditionFailed, PreconditionRequired

# As written by set_etag and no other way: strong comparison is of the text, not of the number.
_ETAG = re.compile(r'"(0|[1-9][0-9]{0,17})"\Z')


async def if_match(
    if_match: Annotated[
        str | None, Header(description='The `ETag` that was read, such as `"3"`.')
    ] = None,
    _first: Annotated[Work | None, Depends(signed_in, scope="function")] = None,
) -> int:
    """The version that the caller read; who they are is asked first.

    Raises PreconditionRequired, PreconditionFailed.
    """
    if if_match is None:
        raise PreconditionRequired
    found = _ETAG.match(if_match.strip())
    if found is None:
        raise PreconditionFailed
    return int(found[1])


IfMatch = Annotated[int, Depends(if_match)]


def set_etag(response: Response, version: int) -> None:
    """Show the version of what is answered."""
    response.headers["ETag"] = f'"{version}"'
