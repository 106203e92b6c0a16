"""Reading at a private address: the address is the credential, and opens one thing."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Response

from app.alerts.addresses import WRITTEN, Kind
from app.infra.db import Anyone, ItemQuery
from app.infra.http.deps import Here, Installation, Visitor
from app.infra.http.items import ItemReader
from app.kernel.errors import NotFound, Unauthenticated
from app.kernel.scopes import ScopeMissing


class PrivateReader:
    """Whoever reads at an address, and what they have already."""

    def __init__(self, here: Installation, caller: Anyone, known: str | None) -> None:
        self.caller = caller
        self.site = here.settings.site()
        self._here = here
        self._known = {one.strip() for one in known.split(",")} if known else set()

    async def read(
        self, kind: Kind, query: ItemQuery, media_type: str, render: Callable[[Any], bytes]
    ) -> Response:
        """What the address opens; 304 when the reader has it. Raises NotFound."""
        caller = replace(self.caller, needs=kind.opens)
        try:
            _, shown = await ItemReader(self._here, caller).data(query)
        except (Unauthenticated, ScopeMissing):  # a closed address is one that never was
            raise NotFound from None
        # Weak: of what is shown, not of the moment that it is stamped with.
        etag = f'W/"{sha256(repr(shown).encode()).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if etag in self._known:
            return Response(status_code=304, headers=headers)
        return Response(render(shown), headers=headers, media_type=media_type)


async def _private_reader(
    secret: Annotated[str, Path(pattern=WRITTEN, max_length=60)],
    here: Here,
    visitor: Visitor,
    if_none_match: Annotated[str | None, Header(max_length=500)] = None,
) -> PrivateReader:
    return PrivateReader(here, replace(visitor, token=secret, feed=True), if_none_match)


Private = Annotated[PrivateReader, Depends(_private_reader)]
"""What a read at ``…/{secret}`` asks for."""


def at_private_address(media_type: str, errors: dict[int | str, Any]) -> dict[int | str, Any]:
    """What the API's document says of it."""
    return {
        200: {"content": {media_type: {"schema": {"type": "string"}}}},
        304: {"description": "Nothing has changed since the `ETag` in `If-None-Match`."},
        **errors,
    }
