"""A request whose body is a file, and an answer that is one."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from app.infra.files import EXTENSIONS, FileTooLarge, MediaType, NotAFile, Stored
from app.infra.http.deps import SCHEME, Installation
from app.infra.http.guard import BODY
from app.infra.http.strict import UnsupportedMediaType

_CONTENT = {kind.value: {"schema": {"type": "string", "format": "binary"}} for kind in MediaType}

UPLOAD: dict[str, Any] = {
    "security": [{SCHEME: []}],
    "requestBody": {
        "required": True,
        "description": "The file itself, not a form.",
        "content": _CONTENT,
    },
}
"""What the API's document says of an upload."""

UPLOAD_ERRORS = (FileTooLarge, NotAFile, UnsupportedMediaType)

DOWNLOAD: dict[int | str, dict[str, Any]] = {200: {"description": "The file.", "content": _CONTENT}}


async def keep_upload(request: Request, here: Installation, key: str) -> Stored:
    """Keep the request's body under ``key``: for a caller who may, and with no connection held.

    Raises UnsupportedMediaType, FileTooLarge, NotAFile (also when its content is not of the kind
    that it is said to be), FilesUnusable.
    """
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said not in EXTENSIONS:
        raise UnsupportedMediaType("Envoyez un PDF, ou une image PNG ou JPEG.")
    body = request.scope.get(BODY)
    if body is not None:
        settings = here.settings
        body.allow(settings.max_file_bytes, settings.file_timeout_seconds)
    stored = await here.files.put(key, request.stream())
    if stored.media_type != said:
        await here.files.delete(key)
        raise NotAFile("Le contenu n'est pas du type annoncé.")
    return stored


def download(
    parts: AsyncIterator[bytes], name: str, kind: MediaType, size: int
) -> StreamingResponse:
    """A file to keep, never shown by a browser under our own address."""
    return StreamingResponse(
        parts,
        media_type=kind.value,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{EXTENSIONS[kind]}"',
            "Content-Length": str(size),
        },
    )
