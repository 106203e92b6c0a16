"""A provider of our own on loopback that does as it is told: what a hostile one could do."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID, CLIENT_SECRET = "grappe-test", "a secret of the client, long"


@dataclass
class Provider:
    """What it says, and what it was asked."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signer: Any = None
    algorithm: str = "RS256"
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    hangs: float = 0

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of a path."""
        self.asked.append(path)
        if self.hangs:
            time.sleep(self.hangs)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            found: Any = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                **self.metadata,
            }
        elif path == "/jwks":
            found = KeySet([self.key]).as_dict(private=False)
        else:
            found = {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token()}
        return 200, {}, json.dumps(found).encode()

    def id_token(self) -> str:
        """Its word about who is there; a claim of None is left out."""
        claims = {name: value for name, value in self.claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm in {"none", "HS256"}:
            signed = ".".join(jwt_part(json.dumps(one).encode()) for one in (header, claims))
            if self.algorithm == "none":
                return f"{signed}."
            # The public key taken for a shared secret: a classic confusion of algorithms.
            mac = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{jwt_part(mac)}"
        return jwt.encode(header, claims, self.signer or self.key, algorithms=[self.algorithm])


def jwt_part(value: bytes) -> str:
    """Bytes as JWTs carry them."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@contextmanager
def hostile_provider() -> Iterator[Provider]:
    """The provider, on a port of its own, for the length of the context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply()

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            found.forms.append(parse_qs(self.rfile.read(length).decode()))
            self.reply()

        def reply(self) -> None:
            status, headers, body = found.answer(self.path.partition("?")[0])
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return  # the client has heard enough

        def log_message(self, *_: Any) -> None:
            """In silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
