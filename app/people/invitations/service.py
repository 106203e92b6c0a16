"""Use cases of invitations: asked in by mail, once, for one address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.infra import jobs
from app.infra.db import Database, add_or_refuse, enter_cluster, hold
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor, Role
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.kernel.mail import normal_address
from app.people import admission, domain, letters, links
from app.people.models import Invitation
from app.people.passwords import hashing

MAIL_INVITATION = "people.mail_invitation"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepting gave: a role, and an account when there was none."""

    cluster_id: UUID
    membership_id: UUID
    member_id: UUID | None
    role: Role
    account_created: bool


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whoever holds a link: what they choose, when and from where they come."""

    name: str | None
    password: str | None
    now: datetime
    request_id: str
    origin: str


async def invite(
    session: AsyncSession, actor: Actor, *, email: str, role: Role, member_id: UUID | None
) -> Invitation:
    """Ask someone in; the mail leaves with the commit.

    Nothing in the answer, nor in its time, depends on whether the address is known beyond what
    the caller may list. Raises Forbidden, UnfitRole, BadEmail, UnknownMember, RoleHeld,
    TooManyInvitations, AlreadyInvited.
    """
    require(actor, Permission.MANAGE_PEOPLE)
    company = admission.company_of(actor, role, member_id)
    address = normal_address(email)
    domain.check_email(address)
    if company is not None:
        await clusters.active_members(session, actor, {company})
    held = {"address": address, "role": role, "company": company}
    if await session.scalar(text("SELECT app.holds_role(:address, :role, :company)"), held):
        raise admission.RoleHeld
    await hold(session, f"invitations {actor.cluster_id} {address}")
    if await _mailed(session, actor, address, actor.now) >= admission.INVITATIONS_A_DAY:
        raise admission.TooManyInvitations
    await _close_expired(session, actor)
    invitation = Invitation(
        cluster_id=actor.cluster_id,
        id=new_id(),
        email=address,
        role=role,
        member_id=company,
        invited_by=actor.membership_id,
        created_at=actor.now,
        expires_at=actor.now + admission.INVITATION_LIFE,
    )
    await add_or_refuse(session, invitation, admission.AlreadyInvited)
    detail = {"role": role, "member_id": str(company) if company else None}
    await record(session, actor, "invitation.sent", invitation.id, detail=detail)
    await jobs.defer(session, MAIL_INVITATION, invitation_id=str(invitation.id))
    return invitation


async def withdraw_invitation(
    session: AsyncSession, actor: Actor, invitation_id: UUID
) -> Invitation:
    """Take an invitation back: its link serves no more. Raises NotFound, InvitationEnded."""
    require(actor, Permission.MANAGE_PEOPLE)
    invitation = await session.scalar(
        select(Invitation)
        .where(Invitation.cluster_id == actor.cluster_id, Invitation.id == invitation_id)
        .with_for_update()
    )
    if invitation is None:
        raise NotFound
    if invitation.ended_at is not None:
        raise admission.InvitationEnded
    invitation.ended_at, invitation.ending = actor.now, "withdrawn"
    await record(session, actor, "invitation.withdrawn", invitation.id)
    return invitation


async def accept_invitation(
    database: Database, secret: str, token: str, newcomer: Newcomer
) -> Accepted:
    """Come in by a link. A known person keeps name and password; no session is opened.

    In two transactions of its own: while a password is hashed no connection is held. Raises
    UnusableLink, NameAndPasswordNeeded, WeakPassword, TooManySignIns.
    """
    cluster_id, invitation_id = links.INVITATION.read(secret, token)
    async with database.transaction() as session:
        invited = await _open_invitation(session, cluster_id, invitation_id, newcomer.now)
    name, hashed = None, None
    if not invited.known:
        if newcomer.name is None or newcomer.password is None:
            raise admission.NameAndPasswordNeeded
        known = (newcomer.name, invited.email, invited.cluster_name, invited.member_name or "")
        name, hashed = newcomer.name, await hashing.hash_new_password(newcomer.password, known)
    async with database.transaction() as session:
        await enter_cluster(session, cluster_id)
        found = await session.execute(
            text(
                "SELECT * FROM app.accept_invitation"
                "(:invitation, :person, :membership, :name, :hash, :now)"
            ),
            {
                "invitation": invitation_id,
                "person": new_id(),
                "membership": new_id(),
                "name": name,
                "hash": hashed,
                "now": newcomer.now,
            },
        )
        row = found.one_or_none()
        if row is None:  # ended while the password was hashed
            raise admission.UnusableLink
        actor = Actor(
            row.person_id,
            cluster_id,
            row.member_id,
            Role(row.role),
            newcomer.now,
            newcomer.request_id,
            newcomer.origin,
            row.membership_id,
        )
        detail = {"membership_id": str(row.membership_id), "account_created": row.created}
        await record(session, actor, "invitation.accepted", invitation_id, detail=detail)
        return Accepted(
            cluster_id, row.membership_id, row.member_id, actor.role, account_created=row.created
        )


async def invitation_letter(
    session: AsyncSession, actor: Actor, invitation_id: UUID
) -> letters.Invited | None:
    """What the mail of an invitation tells; a job's act.

    None when it ended meanwhile, or the companies of the cluster have filled that mailbox today.
    """
    try:
        row = await _open_invitation(session, actor.cluster_id, invitation_id, actor.now)
    except admission.UnusableLink:
        return None
    before = await _mailed(session, actor, row.email, row.created_at, but=invitation_id)
    if before >= admission.INVITATIONS_MAILED_A_DAY:
        return None
    return letters.Invited(
        id=invitation_id,
        email=row.email,
        role=Role(row.role),
        created_at=row.created_at,
        expires_at=row.expires_at,
        cluster_name=row.cluster_name,
        zone=row.zone,
        member_name=row.member_name,
        inviter_name=row.inviter_name,
    )


async def _open_invitation(
    session: AsyncSession, cluster_id: UUID, invitation_id: UUID, now: datetime
) -> Row[Any]:
    await enter_cluster(session, cluster_id)
    found = await session.execute(
        text("SELECT * FROM app.open_invitation(:invitation, :now)"),
        {"invitation": invitation_id, "now": now},
    )
    row = found.one_or_none()
    if row is None:
        raise admission.UnusableLink
    return row


async def _mailed(
    session: AsyncSession,
    actor: Actor,
    address: str,
    until: datetime,
    *,
    but: UUID | None = None,
) -> int:
    """How many invitations went to an address in a day, of those that the caller may see."""
    query = select(func.count()).where(
        Invitation.cluster_id == actor.cluster_id,
        Invitation.email == address,
        Invitation.created_at > until - admission.DAY,
        Invitation.created_at <= until,
    )
    if but is not None:
        query = query.where(Invitation.id < but)
    return int(await session.scalar(query) or 0)


async def _close_expired(session: AsyncSession, actor: Actor) -> None:
    await session.execute(
        update(Invitation)
        .where(
            Invitation.cluster_id == actor.cluster_id,
            Invitation.ended_at.is_(None),
            Invitation.expires_at <= actor.now,
        )
        .values(ended_at=Invitation.expires_at, ending="expired")
    )
