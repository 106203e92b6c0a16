"""Signing in and out: through functions of the database, since people have no grants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import domain, passwords
from app.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Session:
    """An opened session: the bearer token, shown once, and until when it serves."""

    token: str
    expires_at: datetime


async def open_session(
    session: AsyncSession,
    *,
    email: str,
    password: str,
    membership_id: UUID | None,
    now: datetime,
    hours: int,
) -> Session:
    """Sign in by password, for one membership.

    Raises WrongCredentials; ChooseMembership when the person has several and named none.
    """
    row = (
        await session.execute(text("SELECT * FROM app.credentials(:email)"), {"email": email})
    ).one_or_none()
    fits = await passwords.verify_password(password, row.password_hash if row else None)
    if row is None or not fits:
        raise domain.WrongCredentials
    memberships = (
        await session.execute(
            text("SELECT * FROM app.memberships(:person)"), {"person": row.person_id}
        )
    ).all()
    if membership_id is not None:
        memberships = [one for one in memberships if one.membership_id == membership_id]
    if not memberships:
        raise domain.WrongCredentials
    if len(memberships) > 1:
        raise domain.ChooseMembership
    token = domain.fresh_token()
    expires_at = now + timedelta(hours=hours)
    await session.execute(
        text("SELECT app.open_session(:id, :cluster, :membership, :prefix, :hash, :now, :end)"),
        {
            "id": new_id(),
            "cluster": memberships[0].cluster_id,
            "membership": memberships[0].membership_id,
            "prefix": token.prefix,
            "hash": token.hash,
            "now": now,
            "end": expires_at,
        },
    )
    return Session(token.secret, expires_at)


async def close_session(session: AsyncSession, token: str, now: datetime) -> None:
    """Revoke the token that came with the request: it fails from the next request on."""
    await session.execute(
        text("SELECT app.close_session(:hash, :now)"),
        {"hash": sha256(token.encode()).digest(), "now": now},
    )
