"""The installation's secret (given in production, generated once elsewhere), and what it keeps."""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.infra.folder import data_folder
from app.settings import Settings

NONCE_BYTES = 12
"""NIST SP 800-38D, 5.2.1.1: what AES-GCM is made for."""


class SealBroken(Exception):
    """Another secret sealed it, or for something else; or it was touched."""


def derived_key(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose: what signs a cursor opens nothing else."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


def seal(secret: str, purpose: str, plain: bytes, bound: bytes = b"") -> bytes:
    """Encrypt for one purpose; it opens only beside what it is ``bound`` to."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(derived_key(secret, purpose)).encrypt(nonce, plain, bound)


def unseal(secret: str, purpose: str, sealed: bytes, bound: bytes = b"") -> bytes:
    """What was sealed; raises SealBroken."""
    nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return AESGCM(derived_key(secret, purpose)).decrypt(nonce, box, bound)
    except (ValueError, InvalidTag):
        raise SealBroken from None


def secret_key(settings: Settings) -> str:
    """The key that every other is derived from; kept in the data folder when none is set.

    Raises DataFolderUnusable.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = data_folder(settings) / "secret.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()
