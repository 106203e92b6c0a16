"""Shapes of people and sessions on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from app.infra.http.ids import ClusterId, MemberId, MembershipId, PersonId
from app.infra.http.schemas import In, Out
from app.kernel.actor import Role


class SessionIn(In):
    """A sign-in by password."""

    email: Annotated[str, StringConstraints(min_length=3, max_length=254)] = Field(
        examples=["treso@forez-culture.example"]
    )
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    membership_id: MembershipId | None = Field(
        None, description="Which role to take, for a person who has several."
    )


class SessionOut(Out):
    """A session; the token is shown this once."""

    token: str = Field(description="Send it as `Authorization: Bearer …`.")
    expires_at: datetime


class MeOut(Out):
    """Who the caller is."""

    person_id: PersonId
    cluster_id: ClusterId
    member_id: MemberId | None = Field(description="The company acted for, if any.")
    role: Role
