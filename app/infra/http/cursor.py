"""List cursors: opaque, signed, and bound to the filters that made them."""

import base64
import hmac
import json
from collections.abc import Sequence

from app.infra.secret import derived_key
from app.kernel.errors import Invalid

SIGNATURE_BYTES = 12


class BadCursor(Invalid):
    """Edited, made by another installation, or used under other filters."""

    code = "bad_cursor"
    title = "Ce curseur n'est pas valable ici : reprenez la liste depuis le début."


class Cursors:
    """Signs and reads cursors with the installation's secret."""

    def __init__(self, secret: str) -> None:
        self._key = derived_key(secret, "cursor")

    def write(self, scope: str, position: Sequence[str]) -> str:
        """A cursor at ``position`` of the list that ``scope`` names (route and filters)."""
        body = json.dumps(list(position), separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(scope, body) + body).decode().rstrip("=")

    def read(self, scope: str, cursor: str, length: int) -> list[str]:
        """The position in a cursor, ``length`` parts long; raises BadCursor."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raise BadCursor from None
        signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(scope, body)):
            raise BadCursor
        position: list[str] = json.loads(body)
        if len(position) != length:
            raise BadCursor
        return position

    def _sign(self, scope: str, body: bytes) -> bytes:
        message = scope.encode() + b"\0" + body
        return hmac.digest(self._key, message, "sha256")[:SIGNATURE_BYTES]
