"""Use cases of memberships: who goes, and who becomes what. PostgreSQL judges, once for all."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.journal.service import record
from app.kernel.access import Permission, require
from app.kernel.actor import Actor, Role
from app.kernel.errors import AppError, Forbidden, NotFound
from app.kernel.ids import new_id
from app.people import admission

_REFUSALS: dict[str, type[AppError]] = {
    "forbidden": Forbidden,
    "absent": NotFound,
    "unfit_role": admission.UnfitRole,
    "same_role": admission.RoleHeld,
    "last_coordinator": admission.LastCoordinator,
}
"""What each verdict of ``app.judge_change`` is called here."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """A person in a role who can be told something, and for whom (None: no company)."""

    membership_id: UUID
    person_id: UUID
    member_id: UUID | None
    email: str
    name: str


async def reachable(session: AsyncSession) -> list[Reachable]:
    """Everyone in the transaction's cluster who can be told something; a job's question.

    Nobody who was removed or disabled, or whose company has left; and no program.
    """
    rows = await session.execute(
        text("SELECT membership_id, person_id, member_id, email, name FROM app.reachable()")
    )
    return [Reachable(*row) for row in rows]


async def end_membership(session: AsyncSession, actor: Actor, membership_id: UUID) -> None:
    """End what someone is here: their tokens and the invitations that they sent end with it.

    From their next request on they see nothing. Raises Forbidden, NotFound, LastCoordinator.
    """
    require(actor, Permission.MANAGE_PEOPLE)
    values = {"target": membership_id, "now": actor.now}
    row = await _judged(session, "app.end_membership(:target, :now)", values)
    await record(session, actor, "membership.ended", membership_id, detail=row)


async def change_role(session: AsyncSession, actor: Actor, membership_id: UUID, role: Role) -> UUID:
    """End a membership and begin another in the same company (or none), as ``role``.

    Gives the new membership; history keeps the old one, and tokens end with it. Raises Forbidden,
    NotFound, UnfitRole, RoleHeld, LastCoordinator.
    """
    require(actor, Permission.MANAGE_PEOPLE)
    fresh = new_id()
    values = {"target": membership_id, "fresh": fresh, "role": role, "now": actor.now}
    row = await _judged(session, "app.change_role(:target, :fresh, :role, :now)", values)
    detail = {**row, "new_role": role, "ended": str(membership_id)}
    await record(session, actor, "membership.role_changed", fresh, detail=detail)
    return fresh


async def _judged(
    session: AsyncSession, act: str, values: dict[str, object]
) -> dict[str, str | None]:
    """Do the act; what it changed, for the record, or the refusal of its verdict."""
    found = await session.execute(text(f"SELECT * FROM {act}"), values)
    row = found.one()
    if row.verdict != "fine":
        raise _REFUSALS[row.verdict]
    return {
        "person_id": str(row.person_id),
        "role": row.role,
        "member_id": str(row.member_id) if row.member_id else None,
    }
