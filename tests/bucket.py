"""A bucket on the loopback: as much of S3 as files need (PUT, GET, DeleteObjects,
ListObjectsV2)."""

import re
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.loopback import Loopback, send

WRITTEN = "2026-03-02T09:00:00.000Z"


class Bucket(Loopback):
    """Holds objects by key; refuses whoever does not sign with its key id. ``down`` answers 500."""

    def __init__(self, name: str = "pieces", key_id: str = "AKGRAPPE") -> None:
        super().__init__()
        self.name, self.key_id, self.down = name, key_id, False
        self.objects: dict[str, bytes] = {}

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer as S3 does, path-style."""
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        signed = f"AWS4-HMAC-SHA256 Credential={self.key_id}/"
        if self.down:
            send(handler, b"", 500)
        elif not (handler.headers.get("Authorization") or "").startswith(signed):
            send(handler, error("AccessDenied"), 403)
        else:
            self._serve(handler, body)

    def _serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        address = urlsplit(handler.path)
        key = unquote(address.path).removeprefix(f"/{self.name}").removeprefix("/")
        tag = {"ETag": '"0"', "Last-Modified": "Mon, 02 Mar 2026 09:00:00 GMT"}
        if handler.command == "POST":  # DeleteObjects
            gone = re.findall(r"<Key>([^<]*)</Key>", body.decode())
            for one in gone:
                self.objects.pop(one, None)
            told = "".join(f"<Deleted><Key>{one}</Key></Deleted>" for one in gone)
            send(handler, f"<DeleteResult>{told}</DeleteResult>".encode())
        elif not key:
            send(handler, self._listing(parse_qs(address.query)), 200)
        elif handler.command == "PUT":
            self.objects[key] = body
            send(handler, b"", 200, tag)
        elif key in self.objects:
            send(handler, self.objects[key], 200, tag)
        else:
            send(handler, error("NoSuchKey"), 404)

    def _listing(self, asked: dict[str, list[str]]) -> bytes:
        (prefix,) = asked.get("prefix", [""])
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{WRITTEN}</LastModified>"
            f'<ETag>"0"</ETag><Size>{len(body)}</Size></Contents>'
            for key, body in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return (
            f"<ListBucketResult><Name>{self.name}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<IsTruncated>false</IsTruncated>{found}</ListBucketResult>"
        ).encode()


def error(code: str) -> bytes:
    """S3's word for what went wrong."""
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
