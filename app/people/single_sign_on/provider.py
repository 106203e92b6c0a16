"""An OpenID Connect provider, asked over HTTP: bounded in time and size, no redirect followed.

Nothing is asked before someone wants to sign in; metadata and keys are kept for an hour.
"""

import asyncio
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.infra.http.strict import BadJson, read_json
from app.infra.outbound import Unusable, body_of
from app.kernel.errors import AppError, Unauthenticated

SECONDS = 10
"""For one answer, from the first byte to the last."""
MAX_BYTES = 262_144
KEPT_SECONDS = 3600
KEYS_ANEW_SECONDS = 60
"""A token under an unknown key has the keys read anew, no more often."""
LEEWAY_SECONDS = 60
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519")
"""Signatures alone: no ``none``, and no HMAC under a key that anyone may read."""


class ProviderUnavailable(AppError):
    """It does not answer, or not as OpenID Connect says."""

    status, code = 503, "single_sign_on_unavailable"
    title = "Le fournisseur d'identité ne répond pas comme il devrait : réessayez plus tard."


class SignOnRefused(Unauthenticated):
    """What came back does not prove who is there."""

    code = "single_sign_on_refused"
    title = "Cette connexion n'a pas pu être vérifiée : recommencez depuis le début."


@dataclass(frozen=True, slots=True)
class Client:
    """Us, as the provider knows us."""

    id: str
    secret: str
    callback: str


@dataclass
class Provider:
    """One provider, by its issuer, without a slash at the end."""

    issuer: str
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _read_at: float = 0
    _keys_at: float = 0

    async def metadata(self) -> dict[str, Any]:
        """What it says of itself (Discovery 1.0, 4.2); raises ProviderUnavailable."""
        if not self._metadata or time.monotonic() - self._read_at > KEPT_SECONDS:
            found = await _ask("GET", f"{self.issuer}/.well-known/openid-configuration")
            # Another's word about itself, or an address that is less safe, is none (4.3).
            if str(found.get("issuer", "")).rstrip("/") != self.issuer:
                raise ProviderUnavailable
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                self._check_address(found.get(name))
            self._metadata, self._read_at = found, time.monotonic()
        return self._metadata

    async def claims(
        self, client: Client, *, code: str, verifier: str, nonce: str, now: int
    ) -> dict[str, Any]:
        """The verified claims of the ID token that a code is worth.

        Raises SignOnRefused, ProviderUnavailable.
        """
        metadata = await self.metadata()
        tokens = await self._exchange(metadata, client, code, verifier)
        signed = tokens.get("id_token")
        if not isinstance(signed, str):
            raise SignOnRefused
        token = await self._verified(metadata, signed)
        options: Any = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": client.id},
        }
        params = {
            "nonce": nonce,
            "client_id": client.id,
            "access_token": tokens.get("access_token"),
        }
        try:
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now, LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError):
            raise SignOnRefused from None
        return dict(claims)

    async def _exchange(
        self, metadata: dict[str, Any], client: Client, code: str, verifier: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.callback,
            "code_verifier": verifier,
        }
        ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth = None
        if "client_secret_basic" in ways:
            auth = (quote_plus(client.id), quote_plus(client.secret))  # RFC 6749, 2.3.1
        else:
            form |= {"client_id": client.id, "client_secret": client.secret}
        return await _ask("POST", metadata["token_endpoint"], form=form, auth=auth)

    async def _verified(self, metadata: dict[str, Any], signed: str) -> jwt.Token:
        for known in (True, False):
            try:
                return jwt.decode(signed, await self._key_set(metadata, known), list(ALGORITHMS))
            except (JoseError, ValueError, TypeError):
                continue
        raise SignOnRefused

    async def _key_set(self, metadata: dict[str, Any], known: bool) -> KeySet:
        age = time.monotonic() - self._keys_at
        if self._keys is None or age > (KEPT_SECONDS if known else KEYS_ANEW_SECONDS):
            found: Any = await _ask("GET", metadata["jwks_uri"])
            try:
                self._keys = KeySet.import_key_set(found)
            except (JoseError, ValueError, TypeError, KeyError, AttributeError):
                raise ProviderUnavailable from None
            self._keys_at = time.monotonic()
        return self._keys

    def _check_address(self, url: object) -> None:
        ours = urlsplit(self.issuer).scheme
        if not isinstance(url, str) or urlsplit(url).scheme not in {"https", ours}:
            raise ProviderUnavailable


@lru_cache(maxsize=8)
def provider(issuer: str) -> Provider:
    """The provider of an issuer: one for the whole process."""
    return Provider(issuer)


async def _ask(
    method: str,
    url: str,
    *,
    form: dict[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object of an answer; raises ProviderUnavailable, SignOnRefused on a refusal."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client,
            client.stream(method, url, data=form, auth=auth, headers=headers) as answer,
        ):
            if answer.status_code in {400, 401, 403} and method == "POST":
                raise SignOnRefused
            if answer.status_code != 200:
                raise ProviderUnavailable
            found = read_json(await body_of(answer, MAX_BYTES))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, BadJson, Unusable):
        raise ProviderUnavailable from None
    if not isinstance(found, dict):
        raise ProviderUnavailable
    return found
