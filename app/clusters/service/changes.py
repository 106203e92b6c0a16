"""Who a company is: SIREN stays, the rest may change, and what it was remains known."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import domain, repository
from app.clusters.domain import State
from app.clusters.events import MemberChanged
from app.clusters.models import Member, MemberChange
from app.clusters.service.companies import checked_siret
from app.journal.service import record_event
from app.kernel.access import Permission, require
from app.kernel.actor import Actor


async def change_member(
    session: AsyncSession,
    actor: Actor,
    member_id: UUID,
    *,
    on: date,
    fields: Mapping[str, str | None],
    reason: str | None,
) -> MemberChange:
    """Change a company's name, SIRET, legal form, city or address; ``fields`` holds those given.

    By its own manager or the coordinator. Raises NotFound, Forbidden, WrongStanding,
    InvalidSiren, NothingChanges, Invalid.
    """
    await repository.member(session, actor, member_id)
    own = actor.member_id == member_id
    require(actor, Permission.EDIT_COMPANY if own else Permission.MANAGE_MEMBERS)
    member = await repository.lock_member(session, actor, member_id)
    if member is None or member.state == State.MERGED:
        raise domain.WrongStanding
    given = dict(fields)
    if siret := given.get("siret"):
        given["siret"] = checked_siret(siret, member.siren)
    past = await repository.changes(session, actor, member_id)
    last = max((one.on_day for one in past), default=date.min)
    domain.check_day(on, actor.now.date(), not_before=last)
    return await change_identity(session, actor, member, given, on=on, reason=reason)


async def change_identity(
    session: AsyncSession,
    actor: Actor,
    member: Member,
    given: Mapping[str, str | None],
    *,
    on: date,
    reason: str | None,
) -> MemberChange:
    """Write checked values into a company, and what they replace into its history.

    Raises NothingChanges.
    """
    fields = {
        name: {"before": getattr(member, name), "after": value}
        for name, value in given.items()
        if getattr(member, name) != value
    }
    if not fields:
        raise domain.NothingChanges
    for name, change in fields.items():
        setattr(member, name, change["after"])
    row = MemberChange(
        cluster_id=actor.cluster_id,
        member_id=member.id,
        on_day=on,
        fields=fields,
        reason=reason,
        person_id=actor.person_id,
        recorded_at=actor.now,
    )
    session.add(row)
    await session.flush()
    await record_event(
        session, actor, MemberChanged(member.id), member.id, detail={"fields": sorted(fields)}
    )
    return row
