"""Use cases of the tenant: clusters and members."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from app.clusters import domain
from app.clusters.models import Cluster, Member
from app.infra.db import add_or_refuse, operator_actor
from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Company:
    """What is declared of a member company; ``headcount`` is in full-time equivalents."""

    name: str
    siren: str
    siret: str | None = None
    legal_form: str | None = None
    city: str | None = None
    headcount: int | None = None
    skills: tuple[str, ...] = ()


async def create_cluster(
    session: AsyncSession, *, name: str, slug: str, zone: str, now: datetime
) -> Cluster:
    """Create a tenant; the operator's act, in the owner's session.

    Raises BadSlug, UnknownZone, ClusterExists.
    """
    domain.check_cluster(slug, zone)
    cluster = Cluster(name=name, slug=slug, zone=zone, created_at=now)
    await add_or_refuse(session, cluster, domain.ClusterExists)
    actor = await operator_actor(session, cluster.cluster_id, now)
    await record(session, actor, "cluster.created", cluster.cluster_id)
    return cluster


async def admit_member(session: AsyncSession, actor: Actor, company: Company) -> Member:
    """Admit a company into the cluster. Raises Forbidden, InvalidSiren, MemberExists."""
    require(actor, Permission.MANAGE_MEMBERS)
    siren, siret = _checked_numbers(company)
    member = Member(
        cluster_id=actor.cluster_id,
        name=company.name,
        siren=siren,
        siret=siret,
        legal_form=company.legal_form,
        city=company.city,
        headcount=company.headcount,
        skills=list(company.skills),
        state="active",
        joined_on=actor.now.date(),
    )
    await add_or_refuse(session, member, domain.MemberExists)
    await record(session, actor, "member.admitted", member.id)
    return member


async def get_member(session: AsyncSession, actor: Actor, member_id: UUID) -> Member:
    """A member of the caller's cluster; raises NotFound."""
    member = await session.get(Member, (actor.cluster_id, member_id))
    if member is None:
        raise NotFound
    return member


async def require_active(session: AsyncSession, actor: Actor) -> None:
    """Raise MemberNotActive unless the caller's company may take on something new."""
    if actor.member_id is not None:
        member = await get_member(session, actor, actor.member_id)
        if member.state != "active":
            raise domain.MemberNotActive


async def active_members(session: AsyncSession, actor: Actor, ids: set[UUID]) -> dict[UUID, Member]:
    """The named members, all of them active; raises UnknownMember."""
    found = await session.scalars(
        select(Member).where(
            Member.cluster_id == actor.cluster_id, Member.id.in_(ids), Member.state == "active"
        )
    )
    members = {member.id: member for member in found}
    if members.keys() != ids:
        raise domain.UnknownMember
    return members


def _checked_numbers(company: Company) -> tuple[str, str | None]:
    siren = company.siren.replace(" ", "")
    siret = company.siret.replace(" ", "") if company.siret else None
    if not siren_number.is_valid(siren):
        raise domain.InvalidSiren
    if siret is not None and not (siret_number.is_valid(siret) and siret.startswith(siren)):
        raise domain.InvalidSiren
    return siren, siret
