"""The data folder: the embedded database's files, generated secrets."""

from pathlib import Path

from app.kernel.errors import AppError
from app.settings import Settings


class DataFolderUnusable(AppError):
    """Not a folder, or not ours to write in."""

    status, code = 503, "data_folder_unusable"
    title = "Le dossier GRAPPE_DATA_DIR n'est pas utilisable :"


def data_folder(settings: Settings) -> Path:
    """The folder, made if need be; raises DataFolderUnusable."""
    home = settings.data_dir.resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / ".writable").touch()
        (home / ".writable").unlink(missing_ok=True)
    except OSError as error:
        raise DataFolderUnusable(f"{home} ({error.strerror})") from None
    return home
