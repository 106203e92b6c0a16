"""Signing in and out: through functions of the database, since people have no grants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Database
from app.kernel.ids import new_id
from app.people import domain, passwords


@dataclass(frozen=True, slots=True)
class Session:
    """An opened session: the bearer token, shown once, and until when it serves."""

    token: str
    expires_at: datetime


async def open_session(
    database: Database,
    *,
    email: str,
    password: str,
    membership_id: UUID | None,
    now: datetime,
    hours: int,
) -> Session:
    """Sign in by password, for one membership.

    In two transactions of its own: while the password is verified, which takes long and may
    wait, no connection is held. Raises WrongCredentials, TooManySignIns; ChooseMembership when
    the person has several and named none.
    """
    async with database.transaction() as session:
        row = await _credentials(session, email)
    fits = await passwords.verify_password(password, row.password_hash if row else None)
    if row is None or not fits:
        raise domain.WrongCredentials
    async with database.transaction() as session:
        if await _credentials(session, email) != row:  # disabled or changed meanwhile
            raise domain.WrongCredentials
        membership = await _membership(session, row.person_id, membership_id)
        return await _open(session, membership, now=now, expires_at=now + timedelta(hours=hours))


async def _credentials(session: AsyncSession, email: str) -> Row[Any] | None:
    found = await session.execute(text("SELECT * FROM app.credentials(:email)"), {"email": email})
    return found.one_or_none()


async def _membership(
    session: AsyncSession, person_id: UUID, membership_id: UUID | None
) -> Row[Any]:
    memberships = (
        await session.execute(text("SELECT * FROM app.memberships(:person)"), {"person": person_id})
    ).all()
    if membership_id is not None:
        memberships = [one for one in memberships if one.membership_id == membership_id]
    if not memberships:
        raise domain.WrongCredentials
    if len(memberships) > 1:
        raise domain.ChooseMembership
    return memberships[0]


async def _open(
    session: AsyncSession, membership: Row[Any], *, now: datetime, expires_at: datetime
) -> Session:
    token = domain.fresh_token()
    await session.execute(
        text("SELECT app.open_session(:id, :cluster, :membership, :prefix, :hash, :now, :end)"),
        {
            "id": new_id(),
            "cluster": membership.cluster_id,
            "membership": membership.membership_id,
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
