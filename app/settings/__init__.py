"""Every setting of the service, read once from the environment, and nowhere else."""

from app.settings.database import DatabaseSettings, OwnerUnknown
from app.settings.edge import MAX_RATE, EdgeSettings
from app.settings.files import FileSettings
from app.settings.mail import MailSettings
from app.settings.sign_in import SignInSettings
from app.settings.watch import WatchSettings
from app.settings.work import WorkSettings

__all__ = ["MAX_RATE", "OwnerUnknown", "Settings"]


class Settings(
    DatabaseSettings,
    SignInSettings,
    EdgeSettings,
    MailSettings,
    WorkSettings,
    WatchSettings,
    FileSettings,
):
    """Frozen. Each field is an environment variable ``GRAPPE_<NAME>``; all have safe defaults.

    Raises ``pydantic.ValidationError`` on an unknown value, or on one that is unsafe in
    production.
    """
