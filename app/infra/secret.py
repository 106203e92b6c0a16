"""The installation's secret: given in production, generated once elsewhere."""

import hmac
import secrets

from app.infra.folder import data_folder
from app.settings import Settings


def derived_key(secret: str, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose: what signs a cursor opens nothing else."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


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
