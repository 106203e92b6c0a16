"""Signing in and out: through functions of the database, since people have no grants.

A session is one row whose secret changes: at a renewal, at a change of hat. What it was signed
in for, when and from where stays, and so does the day on which it ends for good.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Anyone, enter, enter_cluster
from app.kernel.actor import Actor, Role
from app.kernel.errors import NotFound, Unauthenticated
from app.kernel.ids import new_id
from app.kernel.mail import normal_address
from app.people import domain
from app.people.domain import Life, Session


async def credentials(session: AsyncSession, email: str) -> Row[Any] | None:
    """The person and password hash of a mail address, unless disabled."""
    found = await session.execute(
        text("SELECT * FROM app.credentials(:email)"), {"email": normal_address(email)}
    )
    return found.one_or_none()


async def hold_person(session: AsyncSession, person_id: UUID) -> None:
    """Have whatever ends all sessions of a person wait for what is done to one of them here."""
    await session.execute(text("SELECT app.hold_person(:id)"), {"id": person_id})


async def hold_maker(session: AsyncSession, caller: Anyone, holder_id: UUID | None) -> None:
    """Before a credential of a membership is made: have the next one like it wait, and whatever
    ends all that the person has. Raises Unauthenticated when that has ended this session."""
    values = {"holder": holder_id, "hash": caller.token_hash()}
    if not await session.scalar(text("SELECT app.hold_maker(:holder, :hash)"), values):
        raise Unauthenticated


async def enter_elsewhere(session: AsyncSession, actor: Actor, cluster_id: UUID) -> Actor:
    """The same person in another of their clusters, for no company, to be put on record there."""
    await enter_cluster(session, cluster_id)
    await session.execute(text("SELECT set_config('app.member', '', true)"))
    return replace(
        actor, cluster_id=cluster_id, member_id=None, membership_id=None, role=Role.VIEWER
    )


async def open_for(
    session: AsyncSession,
    caller: Anyone,
    person_id: UUID,
    life: Life,
    membership_id: UUID | None = None,
) -> Session | None:
    """A session of a person who has proved who they are; None without a live membership."""
    found = await session.execute(
        text("SELECT * FROM app.memberships(:person)"), {"person": person_id}
    )
    for membership in found:
        if membership_id in {None, membership.membership_id}:
            break
    else:
        return None
    token = domain.fresh_token()
    expires_at = caller.now + min(life.unrenewed, life.longest)
    await session.execute(
        text(
            "SELECT app.open_session(:id, :cluster, :membership, :prefix, :hash, :now, :end,"
            " :origin)"
        ),
        {
            "id": new_id(),
            "cluster": membership.cluster_id,
            "membership": membership.membership_id,
            "prefix": token.prefix,
            "hash": token.hash,
            "now": caller.now,
            "end": expires_at,
            "origin": caller.origin,
        },
    )
    return Session(token.secret, expires_at)


async def renew_session(
    session: AsyncSession, actor: Actor, caller: Anyone, life: Life, membership_id: UUID | None
) -> Session:
    """A fresh secret for the session, for ``membership_id`` from now on; the old one is dead.

    Raises Unauthenticated when the session is at its end, or was renewed at this same moment.
    """
    # Under another hat, what ends the others would look for it where it was.
    await hold_person(session, actor.person_id)
    token = domain.fresh_token()
    expires_at = await session.scalar(
        text("SELECT app.renew_session(:old, :target, :prefix, :new, :now, :end, :longest)"),
        {
            "old": caller.token_hash(),
            "target": membership_id,
            "prefix": token.prefix,
            "new": token.hash,
            "now": caller.now,
            "end": caller.now + life.unrenewed,
            "longest": life.longest,
        },
    )
    if expires_at is None:
        raise Unauthenticated
    return Session(token.secret, expires_at)


async def switch_session(
    session: AsyncSession, actor: Actor, caller: Anyone, life: Life, membership_id: UUID
) -> Session:
    """Act for another of one's memberships, under a fresh secret; raises NotFound."""
    found = await session.execute(
        text("SELECT membership_id FROM app.memberships(:person)"), {"person": actor.person_id}
    )
    if membership_id not in set(found.scalars()):
        raise NotFound
    return await renew_session(session, actor, caller, life, membership_id)


async def in_session(session: AsyncSession, caller: Anyone) -> bool | None:
    """Whether the caller signed in, rather than came with a program's token.

    None when the session got another secret at this same moment.
    """
    answer: bool | None = await session.scalar(
        text("SELECT app.in_session(:hash)"), {"hash": caller.token_hash()}
    )
    return answer


def require_session(in_session: bool | None) -> None:
    """Raise SessionOnly for a program's token, Unauthenticated when the session is gone."""
    if in_session is None:
        raise Unauthenticated
    if not in_session:
        raise domain.SessionOnly


async def enter_session(session: AsyncSession, caller: Anyone) -> Actor:
    """The caller, signed in, in this transaction; raises Unauthenticated, SessionOnly."""
    actor = await enter(session, caller)
    require_session(await in_session(session, caller))
    return actor


async def close_session(session: AsyncSession, caller: Anyone) -> None:
    """Sign out: the secret that came with the request fails from the next one on."""
    await session.execute(
        text("SELECT app.close_session(:hash, :now)"),
        {"hash": caller.token_hash(), "now": caller.now},
    )


async def end_session(session: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """End one of the caller's sessions, wherever it is open; raises NotFound."""
    ended = await session.scalar(
        text("SELECT app.end_session(:id, :now)"), {"id": session_id, "now": actor.now}
    )
    if not ended:
        raise NotFound


async def end_other_sessions(session: AsyncSession, actor: Actor, caller: Anyone) -> None:
    """End every session of the caller but the present one: what guards them has changed."""
    await session.execute(
        text("SELECT app.end_sessions(:person, :kept, :now)"),
        {"person": actor.person_id, "kept": caller.token_hash(), "now": actor.now},
    )
