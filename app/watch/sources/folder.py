"""A folder of the operator's, whose files are imported as they come: of any dialect, by content."""

import os
import stat
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.watch.sources import feed, ocds_package
from app.watch.sources.failures import SourceFailure
from app.watch.sources.publisher import Asked, Page

MAX_FILES = 100_000
"""Files of one folder, with those of the folders in it."""

SETTLED_AFTER = timedelta(minutes=1)
"""A file that changed since may still be being written: it is left for the next time."""


def _absolute(path: str) -> str:
    if "\0" in path or not Path(path).is_absolute():
        raise ValueError("not an absolute path")
    return path


class FolderSettings(BaseModel):
    """Where the folder is: an absolute path, on the machine of each worker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, Field(max_length=1000), AfterValidator(_absolute)]


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a folder; ``label`` is its path in it, ``fingerprint`` changes as it does."""

    path: Path
    label: str
    fingerprint: str
    modified: datetime

    def settled(self, now: datetime) -> bool:
        """Whether nobody seems to be writing it."""
        return not timedelta(0) <= now - self.modified < SETTLED_AFTER


def files_in(folder: Path) -> list[Found]:
    """The files of a folder and of those in it, the one that changed first before the others.

    Hidden files, links that lead out of the folder, and what is no plain file are passed over.
    Raises SourceFailure when it is no folder, cannot be read, or holds too many.
    """
    try:
        root = folder.resolve(strict=True)
        found = sorted(_walk(root), key=lambda one: (one.modified, one.label))
    except OSError as error:
        raise SourceFailure(f"Le dossier « {folder} » est introuvable ou illisible.") from error
    return found


def _walk(root: Path) -> Iterator[Found]:
    count = 0
    for parent, folders, names in os.walk(root, onerror=_raise, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            count += 1
            if count > MAX_FILES:
                raise SourceFailure(f"Le dossier contient plus de {MAX_FILES} fichiers.")
            if not name.startswith(".") and (one := _file(root, Path(parent, name))):
                yield one


def _file(root: Path, path: Path) -> Found | None:
    try:
        real = path.resolve(strict=True)
        known = real.stat()
    except (OSError, RuntimeError):
        # Gone since, or a link to nothing or to itself.
        return None
    if not real.is_relative_to(root) or not stat.S_ISREG(known.st_mode):
        return None
    label = os.fsencode(path.relative_to(root)).decode("utf-8", "replace")
    modified = datetime.fromtimestamp(known.st_mtime, UTC)
    return Found(real, label, f"{known.st_size} {known.st_mtime_ns}", modified)


def _raise(error: OSError) -> None:
    raise error


def unfolded(item: object) -> Iterable[object]:
    """The items of what a file holds as one, whatever its kind."""
    return feed.unfolded(item) if isinstance(item, str) else ocds_package.unfolded(item)


async def pages(_asked: Asked) -> AsyncIterator[Page]:
    """None: a folder is no matter of days or requests. Raises SourceFailure."""
    raise SourceFailure("Un dossier se lit fichier par fichier, sans période.")
    yield Page(())
