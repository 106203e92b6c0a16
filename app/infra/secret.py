"""The installation's secret: given in production, generated once elsewhere."""

import secrets

from app.infra.folder import data_folder
from app.settings import Settings


def secret_key(settings: Settings) -> str:
    """The key that signs cursors; kept in the data folder when none is set.

    Raises DataFolderUnusable.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = data_folder(settings) / "secret.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()
