"""The companies of a cluster: admission, and who may take on something new."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import domain, repository
from app.clusters.domain import Kind, State
from app.clusters.models import Member
from app.clusters.service.changes import change_identity
from app.clusters.service.clusters import get_cluster
from app.clusters.service.companies import Company, checked, lock_company
from app.clusters.service.standings import write_standing
from app.infra.db import add_or_refuse
from app.kernel.access import Permission, require
from app.kernel.actor import Actor


async def admit_member(session: AsyncSession, actor: Actor, company: Company) -> Member:
    """Admit a company, where that is the coordinator's to decide; one that left comes back.

    Raises Forbidden, AdmissionByVote, InvalidSiren, CandidacyOpen, MemberExists.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    cluster = await get_cluster(session, actor)
    if cluster.admission == domain.Admission.VOTE:
        raise domain.AdmissionByVote
    company = checked(company)
    await lock_company(session, actor, company.siren)
    if await repository.open_candidacy(session, actor, company.siren) is not None:
        raise domain.CandidacyOpen
    return await take_in(session, actor, company)


async def take_in(session: AsyncSession, actor: Actor, company: Company) -> Member:
    """Make a checked company a member, for the first time or again; raises MemberExists.

    Whoever comes back is the same row: its contracts and dues never ceased to be its own.
    """
    member = await repository.by_siren(session, actor, company.siren)
    if member is None:
        member = Member(
            cluster_id=actor.cluster_id,
            **company.columns(),
            state=State.ACTIVE,
            joined_on=actor.now.date(),
        )
        await add_or_refuse(session, member, domain.MemberExists)
    elif member.state == State.LEFT:
        await _bring_back(session, actor, member, company)
    else:
        raise domain.MemberExists
    await write_standing(session, actor, member, Kind.ADMITTED, on=actor.now.date())
    return member


async def get_member(session: AsyncSession, actor: Actor, member_id: UUID) -> Member:
    """A member that the caller may see; raises NotFound."""
    return await repository.member(session, actor, member_id)


async def require_active(session: AsyncSession, actor: Actor) -> None:
    """Raise MemberNotActive unless the caller's company may take on something new.

    Its row is held until the transaction ends: what is taken on comes before a suspension or a
    departure, or not at all.
    """
    if actor.member_id is None:
        return
    member = await repository.hold_member(session, actor, actor.member_id)
    if member.state != State.ACTIVE:
        raise domain.MemberNotActive


async def is_member(session: AsyncSession, actor: Actor, siren: str) -> bool:
    """Whether a company is of the cluster now, by its SIREN."""
    found = await repository.by_siren(session, actor, siren)
    return found is not None and found.state in {State.ACTIVE, State.SUSPENDED}


async def members_by_id(session: AsyncSession, actor: Actor, ids: set[UUID]) -> dict[UUID, Member]:
    """Those of the named members that the caller may see, whatever has become of them."""
    found = await session.scalars(
        select(Member).where(Member.cluster_id == actor.cluster_id, Member.id.in_(ids))
    )
    return {member.id: member for member in found}


async def all_members(session: AsyncSession, actor: Actor) -> list[Member]:
    """Every member that the caller may see, whatever has become of it."""
    found = await session.scalars(select(Member).where(Member.cluster_id == actor.cluster_id))
    return list(found)


async def active_members(session: AsyncSession, actor: Actor, ids: set[UUID]) -> dict[UUID, Member]:
    """The named members, all of them active; raises UnknownMember."""
    found = await session.scalars(
        select(Member).where(
            Member.cluster_id == actor.cluster_id,
            Member.id.in_(ids),
            Member.state == State.ACTIVE,
        )
    )
    members = {member.id: member for member in found}
    if members.keys() != ids:
        raise domain.UnknownMember
    return members


async def _bring_back(
    session: AsyncSession, actor: Actor, member: Member, company: Company
) -> None:
    given = {
        name: value
        for name in ("name", "siret", "legal_form", "city", "address")
        if (value := getattr(company, name)) is not None and value != getattr(member, name)
    }
    if given:
        await change_identity(session, actor, member, given, on=actor.now.date(), reason=None)
    if company.headcount is not None:
        member.headcount = company.headcount
    if company.skills:
        member.skills = list(company.skills)
    await session.flush()
