"""What a request signs in with: a bearer token, or a browser's cookie from our own pages.

A browser sends its cookie with whatever another site makes it send. So the cookie counts only
when the browser says that the request is of our own making (``Sec-Fetch-Site``), or, for those
that do not say, when its ``Origin`` is ours. A bearer token is never sent unasked.
"""

from urllib.parse import urlsplit

from fastapi import Request, Response

from app.kernel.errors import Forbidden
from app.kernel.scopes import READING

COOKIE = "__Host-grappe"
"""The prefix binds it to this host and to HTTPS: no sibling domain can plant one."""


class CrossSite(Forbidden):
    """Another site made the browser send this."""

    code = "cross_site"
    title = "Cette demande vient d'un autre site : elle est refusée."


def bearer_token(authorization: str) -> str | None:
    """The token of an ``Authorization`` header (RFC 6750, 2.1)."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def bearer(request: Request) -> str | None:
    """The token in the header."""
    return bearer_token(request.headers.get("authorization", ""))


def unchecked(request: Request) -> str | None:
    """The secret that came with the request, bearer before cookie, whoever made it come."""
    token = bearer(request)
    return request.cookies.get(COOKIE) if token is None else token


def credential(request: Request, public_url: str | None = None) -> str | None:
    """The secret that came with the request, bearer before cookie; raises CrossSite."""
    token = bearer(request)
    if token is None and (token := request.cookies.get(COOKIE)) is not None:
        refuse_other_sites(request, public_url)
    return token


def refuse_other_sites(request: Request, public_url: str | None = None) -> None:
    """Raise CrossSite unless the request is of our own pages' or of the user's making.

    ``public_url`` is our own address when a proxy hides it from the request.
    """
    headers = request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        ours = site in {"same-origin", "none"}
    elif origin is not None:
        # Behind a proxy that ends TLS, the request itself is plain.
        host = request.url.netloc
        ours = origin in {f"{request.url.scheme}://{host}", f"https://{host}", _origin(public_url)}
    else:
        ours = request.method in READING
    if not ours:
        raise CrossSite


def _origin(url: str | None) -> str | None:
    """The origin of a web address (RFC 6454, 6.2)."""
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def set_cookie(response: Response, secret: str, seconds: int, name: str = COOKIE) -> None:
    """Have the browser keep a secret, out of its scripts' reach: of a session, by default.

    Lax: a navigation from another site, the way back from a provider say, brings it along.
    """
    response.set_cookie(
        name, secret, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, name: str = COOKIE) -> None:
    """Have the browser forget it."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
