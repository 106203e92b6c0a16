"""Secrets that travel by mail: made anew from the installation's key whenever they are needed.

Nothing usable is stored, neither in the row nor in the job that mails it: a dump of the database
holds ids, and the key is not in it. What was made for one purpose opens nothing else.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from uuid import UUID

from app.infra.secret import derived_key
from app.people.admission import UnusableLink

_ID_BYTES, _MAC_BYTES = 16, 32


@dataclass(frozen=True, slots=True)
class Link:
    """A kind of secret: its prefix for secret scanners, how many ids it names."""

    purpose: str
    prefix: str
    ids: int

    def mint(self, secret: str, *ids: UUID) -> str:
        """The token of the thing with these ids."""
        named = b"".join(one.bytes for one in ids)
        mac = hmac.digest(derived_key(secret, self.purpose), named, "sha256")
        return self.prefix + base64.urlsafe_b64encode(named + mac).decode().rstrip("=")

    def read(self, secret: str, token: str) -> tuple[UUID, ...]:
        """The ids in a token that we made; raises UnusableLink."""
        body = token.removeprefix(self.prefix)
        try:
            raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        except (binascii.Error, ValueError):
            raise UnusableLink from None
        if len(raw) != self.ids * _ID_BYTES + _MAC_BYTES:
            raise UnusableLink
        starts = range(0, self.ids * _ID_BYTES, _ID_BYTES)
        ids = tuple(UUID(bytes=raw[start : start + _ID_BYTES]) for start in starts)
        # Made anew and compared whole: one spelling of a token, not the many of base64.
        if not hmac.compare_digest(self.mint(secret, *ids).encode(), token.encode()):
            raise UnusableLink
        return ids


INVITATION = Link("invitation", "grappe_inv_", 2)
"""Names a cluster and an invitation."""
RESET = Link("password reset", "grappe_rst_", 1)
"""Names a reset."""
