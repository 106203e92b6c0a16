"""Shapes of memberships on the wire."""

from datetime import datetime

from pydantic import Field

from app.infra.http.ids import MemberId, MembershipId, PersonId
from app.infra.http.schemas import In, Out
from app.kernel.actor import Role


class PersonOut(Out):
    """Someone of the cluster, in one role."""

    id: MembershipId
    person_id: PersonId
    name: str
    email: str
    role: Role
    member_id: MemberId | None = Field(description="The company acted for, if any.")
    member_name: str | None
    since: datetime


class RoleIn(In):
    """The role to take from now on, in the same company or in none."""

    role: Role


class RoleOut(Out):
    """The membership that begins."""

    id: MembershipId
    role: Role


class DepartureOut(Out):
    """A membership that has ended."""

    id: MembershipId
    ended_at: datetime
