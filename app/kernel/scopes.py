"""Scopes of programs' tokens: ``<noun>:read`` and ``<noun>:write``, where an operation needs it."""

from collections.abc import Iterable

from app.kernel.errors import Forbidden

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that are safe (RFC 9110, 9.2.1)."""

ASKED_OF_NOBODY = frozenset({"operations"})
"""Tags whose operations need no credential: no token needs a scope for them."""


class ScopeMissing(Forbidden):
    """The token's role may do this; the token was not made for it (RFC 6750, 3.1)."""

    code = "scope_missing"
    title = "Ce jeton n'a pas été créé pour cela."


def needed_scope(tag: str, method: str) -> str:
    """The scope that an operation under ``tag`` needs of a token that has any."""
    return f"{tag}:read" if method in READING else f"{tag}:write"


def all_scopes(operations: Iterable[tuple[str, str]]) -> list[str]:
    """Every scope that one of these operations, each a tag and a method, needs; sorted."""
    return sorted(
        {needed_scope(tag, method) for tag, method in operations if tag not in ASKED_OF_NOBODY}
    )


def check_scope(scopes: frozenset[str] | None, needed: str | None) -> None:
    """Raise ScopeMissing unless ``scopes`` allow the operation; None allows all.

    An operation that nobody gave a noun needs what no token has.
    """
    if scopes is None or needed in scopes:
        return
    raise ScopeMissing(f"Il lui faudrait {needed}." if needed else None)
