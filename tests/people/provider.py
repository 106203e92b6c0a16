"""A provider of our own on loopback that does as it is told: what a hostile one could do."""

import base64
import hmac
import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.loopback import Loopback, send

CLIENT_ID, CLIENT_SECRET = "grappe-test", "a secret of the client, long"


class Provider(Loopback):
    """What it says, and what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.issuer = self.url
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signer: Any = None
        self.algorithm = "RS256"
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.asked: list[str] = []
        self.forms: list[dict[str, list[str]]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.hangs = 0.0

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request, and keep the form that came with it."""
        if handler.command == "POST":
            length = int(handler.headers["content-length"])
            self.forms.append(parse_qs(handler.rfile.read(length).decode()))
        status, headers, body = self.answer(handler.path.partition("?")[0])
        send(handler, body, status, headers)

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
