"""Programs' tokens, made and revoked by people who signed in.

A person makes them for themselves, as what they act as; and for programs that are members in
their own right (the role ``integration``), when they manage the people of the same company. So a
coordinator makes none that would read a company's prices; but may revoke any of the cluster.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Anyone
from app.journal.service import record
from app.kernel.access import ALLOWED, Permission
from app.kernel.actor import Actor, Role
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.ids import new_id
from app.people import domain
from app.people.sessions import service as sessions

AT_MOST = 50
"""Live tokens of one membership."""


class UnknownScope(Invalid):
    """No operation asks for it."""

    code = "unknown_scope"
    title = "Une de ces portées n'existe pas."


class TooManyTokens(Conflict):
    """Tokens that nobody counts any more are tokens that nobody would miss."""

    code = "too_many_tokens"
    title = f"Pas plus de {AT_MOST} jetons en cours : révoquez ceux qui ne servent plus."


def check_scopes(scopes: Collection[str], known: Collection[str]) -> None:
    """Raise UnknownScope unless every scope is known."""
    if not set(scopes) <= set(known):
        raise UnknownScope("Voyez la liste dans la documentation de l'API.")


async def issue_token(
    session: AsyncSession,
    actor: Actor,
    caller: Anyone,
    *,
    membership_id: UUID | None,
    name: str,
    scopes: list[str],
    days: int,
) -> tuple[UUID, str, datetime]:
    """A token's id, its secret (shown once) and its end.

    Raises NotFound, TooManyTokens, Unauthenticated (a session that ended at this moment).
    """
    holder_id = membership_id or actor.membership_id
    found = await session.execute(
        text("SELECT * FROM app.token_holder(:holder)"), {"holder": holder_id}
    )
    holder = found.one_or_none()
    if holder is None or not (holder_id == actor.membership_id or _answers_for(actor, holder)):
        raise NotFound
    await sessions.hold_maker(session, caller, holder_id)
    token, token_id = domain.fresh_token(), new_id()
    expires_at = actor.now + timedelta(days=days)
    issued = await session.scalar(
        text(
            "SELECT app.issue_token(:id, :holder, :name, :scopes, :prefix, :hash, :now, :end,"
            " :origin, :most)"
        ),
        {
            "id": token_id,
            "holder": holder_id,
            "name": name,
            "scopes": sorted(set(scopes)),
            "prefix": token.prefix,
            "hash": token.hash,
            "now": actor.now,
            "end": expires_at,
            "origin": actor.origin,
            "most": AT_MOST,
        },
    )
    if not issued:
        raise TooManyTokens
    await record(session, actor, "token.issued", token_id, detail={"name": name, "scopes": scopes})
    return token_id, token.secret, expires_at


def _answers_for(actor: Actor, holder: Row[Any]) -> bool:
    return (
        holder.role == Role.INTEGRATION
        and holder.member_id == actor.member_id
        and Permission.MANAGE_PEOPLE in ALLOWED[actor.role]
    )


async def revoke_token(session: AsyncSession, actor: Actor, token_id: UUID) -> None:
    """Have a token fail from the next request on; raises NotFound."""
    cluster_id = await session.scalar(
        text("SELECT app.revoke_token(:id, :now)"), {"id": token_id, "now": actor.now}
    )
    if cluster_id is None:
        raise NotFound
    if cluster_id != actor.cluster_id:  # of another hat: the trail of the cluster that it was of
        actor = await sessions.enter_elsewhere(session, actor, cluster_id)
    await record(session, actor, "token.revoked", token_id)
