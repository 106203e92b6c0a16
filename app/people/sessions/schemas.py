"""Shapes of sessions on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.infra.http.ids import ClusterId, MemberId, MembershipId, PersonId, SessionId
from app.infra.http.schemas import In, Out
from app.infra.http.text import Text
from app.kernel.actor import Role

Password = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(min_length=6, max_length=40, pattern="^[0-9A-Za-z -]+$")]
"""Six digits of an authenticator, or a recovery code."""


class SessionIn(In):
    """A sign-in by password."""

    email: Annotated[str, Text(least=3, most=254)] = Field(examples=["treso@forez-culture.example"])
    password: Password
    membership_id: MembershipId | None = Field(
        None, description="Which role to take; without it, the one used last, else the oldest."
    )
    code: Code | None = Field(
        None, description="Of the authenticator, or a recovery code, after the right password."
    )
    delivery: Literal["token", "cookie"] = Field(
        "token", description="`cookie` for browsers: the secret stays out of scripts' reach."
    )


class SwitchIn(In):
    """A change of hat."""

    membership_id: MembershipId = Field(description="One of `memberships` of `GET /v1/me`.")


class SessionOut(Out):
    """A session; the secret is shown this once."""

    token: str | None = Field(
        description="Send it as `Authorization: Bearer …`; null when it is in a cookie."
    )
    expires_at: datetime = Field(description="Renew it before (`POST /v1/sessions/renewals`).")


class OpenSessionOut(Out):
    """A session that is open somewhere."""

    id: SessionId
    membership_id: MembershipId
    opened_at: datetime
    renewed_at: datetime | None
    expires_at: datetime
    origin: str | None = Field(description="The network address of the sign-in.")
    current: bool = Field(description="Whether it is the one that asks.")


class OpenSessionsOut(Out):
    """The caller's sessions, newest first."""

    items: list[OpenSessionOut]


class MembershipOut(Out):
    """Something that the caller can act as."""

    membership_id: MembershipId
    cluster_id: ClusterId
    cluster_name: str
    member_id: MemberId | None
    member_name: str | None = Field(description="The company, if any.")
    role: Role


class MeOut(Out):
    """Who the caller is."""

    person_id: PersonId
    name: str
    email: str
    membership_id: MembershipId
    cluster_id: ClusterId
    member_id: MemberId | None = Field(description="The company acted for, if any.")
    role: Role
    scopes: list[str] | None = Field(description="Of a program's token; null: all of the role.")
    second_factor: bool = Field(description="Whether signing in takes a code as well.")
    memberships: list[MembershipOut] = Field(
        description="All that this person can act as; a program is shown its own alone."
    )
