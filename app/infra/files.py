"""Uploaded files: bounded, typed by their content, outside the database.

In a folder, or in S3-compatible storage, by setting (library obstore: one interface for both).
A file is written before the row that names it is committed: what no row names is swept at night.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from tempfile import SpooledTemporaryFile

import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from app.infra.folder import data_folder
from app.kernel.errors import AppError, Invalid
from app.settings import Settings

log = structlog.get_logger()

IN_MEMORY = 1_048_576
"""Bytes of an upload that are held in memory; the rest waits on the disk."""
CHUNK = 262_144
"""Bytes of a file that are sent at a time."""


class MediaType(StrEnum):
    """What may be uploaded: what every reader opens, and no program runs."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


_MAGIC = {
    MediaType.PDF: b"%PDF-",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n",
    MediaType.JPEG: b"\xff\xd8\xff",
}
EXTENSIONS = {MediaType.PDF: "pdf", MediaType.PNG: "png", MediaType.JPEG: "jpg"}


class NotAFile(Invalid):
    """The bytes are none of the kinds that are kept, whatever they are said to be."""

    code = "file_not_accepted"
    title = "Ce fichier n'est ni un PDF, ni une image PNG ou JPEG."


class FileTooLarge(AppError):
    """More bytes than GRAPPE_MAX_FILE_BYTES."""

    status, code = 413, "file_too_large"
    title = "Ce fichier est trop grand."


class FilesUnusable(AppError):
    """The storage does not answer, or has lost the file."""

    status, code = 503, "files_unusable"
    title = "Le stockage des fichiers ne répond pas : réessayez dans un instant."


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a stored file: its length in bytes, its SHA-256, its kind."""

    size: int
    sha256: bytes
    media_type: MediaType


class Files:
    """The storage of one process."""

    def __init__(self, settings: Settings) -> None:
        self._store = _store(settings)
        self._most = settings.max_file_bytes

    async def put(self, key: str, parts: AsyncIterable[bytes]) -> Stored:
        """Keep what comes under ``key``, once all of it has come and is of a known kind.

        Raises FileTooLarge, NotAFile, FilesUnusable.
        """
        digest, size = sha256(), 0
        with SpooledTemporaryFile(max_size=IN_MEMORY) as waiting:
            async for part in parts:
                size += len(part)
                if size > self._most:
                    raise FileTooLarge(f"Pas plus de {self._most:,} octets.".replace(",", "\u202f"))
                digest.update(part)
                waiting.write(part)
            waiting.seek(0)
            kind = media_type(waiting.read(16))
            waiting.seek(0)
            with _storage():
                await self._store.put_async(key, waiting)
        return Stored(size, digest.digest(), kind)

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """The bytes of a file, part by part; raises FilesUnusable before the first."""
        with _storage():
            found = await self._store.get_async(key)
        return (bytes(part) async for part in found.stream(min_chunk_size=CHUNK))

    async def delete(self, key: str) -> None:
        """Forget a file; one that is gone already is no fault. Raises FilesUnusable."""
        with _storage(), suppress(FileNotFoundError):
            await self._store.delete_async(key)

    async def keys(self, prefix: str, before: datetime) -> AsyncIterator[list[str]]:
        """The keys under a prefix that were written before an instant, some at a time."""
        with _storage():
            async for some in self._store.list(prefix):
                yield [str(one["path"]) for one in some if one["last_modified"] < before]


def media_type(head: bytes) -> MediaType:
    """What a file is, by its first bytes; raises NotAFile."""
    for kind, magic in _MAGIC.items():
        if head.startswith(magic):
            return kind
    raise NotAFile


@contextmanager
def _storage() -> Iterator[None]:
    """Turn what the storage says into FilesUnusable: its words hold addresses and keys."""
    try:
        yield
    except (BaseError, OSError) as error:
        log.warning("files_unusable", error=type(error).__name__)
        raise FilesUnusable from None


def _store(settings: Settings) -> ObjectStore:
    if settings.s3_bucket is None:
        return LocalStore(data_folder(settings) / "files", mkdir=True)
    access, secret = settings.s3_access_key, settings.s3_secret_key
    return S3Store(
        settings.s3_bucket,
        region=settings.s3_region,
        endpoint=settings.s3_endpoint,
        access_key_id=access.get_secret_value() if access else None,
        secret_access_key=secret.get_secret_value() if secret else None,
        client_options={"allow_http": True, "timeout": "30s", "connect_timeout": "5s"},
        retry_config={"max_retries": 2},
    )
