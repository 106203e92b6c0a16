"""Signing in at an OpenID Connect provider (Core 1.0, code flow with PKCE).

What must come back with the browser travels in a short-lived cookie, encrypted under the
installation's secret: nothing is stored for who never returns, and no other browser can end what
this one began. The provider vouches for the person: neither password nor second factor is asked.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlalchemy import text

from app.infra.db import Anyone, Database
from app.infra.secret import SealBroken, seal, unseal
from app.kernel.errors import Forbidden, NotFound
from app.kernel.mail import is_address
from app.people import attempts, domain
from app.people.attempts import Limit, Try
from app.people.sessions import service as sessions
from app.people.single_sign_on.provider import Client, Provider, SignOnRefused

PATIENCE = timedelta(minutes=10)
"""How long someone may take at the provider."""
PURPOSE = "single_sign_on"
ONCE = Limit(PURPOSE, 1, PATIENCE)
MAX_SUBJECT = 255
"""Characters (Core 1.0, 2)."""


class NoSingleSignOn(NotFound):
    """The operator named no provider."""

    code = "no_single_sign_on"
    title = "Aucun fournisseur d'identité n'est réglé ici."


class NotInvited(Forbidden):
    """The provider knows them; no cluster does."""

    code = "not_invited"
    title = "Personne ne vous a encore invité ici sous cette identité."


@dataclass(frozen=True, slots=True)
class Errand:
    """What one browser went to the provider with."""

    state: str
    nonce: str
    verifier: str
    until: float


async def depart(provider: Provider, client: Client, secret: str, now: datetime) -> tuple[str, str]:
    """The provider's address to send the browser to, and the cookie to send with it.

    Raises ProviderUnavailable.
    """
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    errand = Errand(state, nonce, verifier, (now + PATIENCE).timestamp())
    metadata = await provider.metadata()
    address = httpx.URL(metadata["authorization_endpoint"]).copy_merge_params(
        {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": client.callback,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
    )
    return str(address), _sealed(secret, errand)


async def arrive(
    database: Database,
    caller: Anyone,
    provider: Provider,
    client: Client,
    *,
    secret: str,
    life: domain.Life,
    cookie: str | None,
    came: dict[str, str],
) -> domain.Session:
    """A session for whom the provider vouches; ``came`` is the query that it sent along.

    Raises SignOnRefused, NotInvited, ProviderUnavailable.
    """
    errand = _unsealed(secret, cookie or "")
    state, code = came.get("state", ""), came.get("code")
    if caller.now.timestamp() > errand.until or not code:
        raise SignOnRefused
    if not hmac.compare_digest(state.encode(), errand.state.encode()):
        raise SignOnRefused
    metadata = await provider.metadata()
    if came.get("iss", metadata["issuer"]) != metadata["issuer"]:  # RFC 9207, 2.4
        raise SignOnRefused
    if not await attempts.once(database, secret, Try(ONCE, errand.state), caller.now):
        raise SignOnRefused
    claims = await provider.claims(
        client,
        code=code,
        verifier=errand.verifier,
        nonce=errand.nonce,
        now=int(caller.now.timestamp()),
    )
    subject, email = claims["sub"], _verified_email(claims)
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or "\0" in subject:
        raise SignOnRefused
    async with database.transaction() as session:
        person_id = await session.scalar(
            text("SELECT app.identify(:issuer, :subject, :email, :now)"),
            {
                "issuer": provider.issuer,
                "subject": subject,
                "email": email,
                "now": caller.now,
            },
        )
        if person_id is None:
            raise NotInvited
        # As by password: who is disabled at this moment gets no session that outlives it.
        await sessions.hold_person(session, person_id)
        opened = await sessions.open_for(session, caller, person_id, life)
        if opened is None:
            raise NotInvited
        return opened


def _verified_email(claims: dict[str, Any]) -> str | None:
    """The mail address, if the provider has seen that it is theirs; nothing else counts."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    # Beyond ASCII, other people's addresses become ours in small letters (U+0130, U+212A).
    return email if is_address(email) else None


def _sealed(secret: str, errand: Errand) -> str:
    plain = json.dumps(asdict(errand)).encode()
    return urlsafe_b64encode(seal(secret, PURPOSE, plain)).decode()


def _unsealed(secret: str, cookie: str) -> Errand:
    try:
        plain = unseal(secret, PURPOSE, urlsafe_b64decode(cookie.encode()))
    except (ValueError, SealBroken):
        raise SignOnRefused from None
    return Errand(**json.loads(plain))
