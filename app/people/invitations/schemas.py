"""Shapes of invitations on the wire."""

from datetime import datetime

from pydantic import Field

from app.infra.http.ids import ClusterId, InvitationId, MemberId, MembershipId
from app.infra.http.schemas import In, Out
from app.kernel.actor import Role
from app.people.schemas import NEW_PASSWORD, Email, LinkToken, NewPassword, PersonName


class InvitationIn(In):
    """Someone to ask in."""

    email: Email = Field(examples=["camille@scene-ouverte.example"])
    role: Role
    member_id: MemberId | None = Field(
        None,
        description="The company to act for; a manager's own without it. Coordinators, treasurers "
        "and auditors act for none.",
    )


class InvitationOut(Out):
    """An invitation; its link is in the mail alone."""

    id: InvitationId
    email: str
    role: Role
    member_id: MemberId | None
    invited_by: MembershipId
    created_at: datetime
    expires_at: datetime = Field(description="From then on the link serves no more.")
    ended_at: datetime | None
    ending: str | None = Field(
        description="`accepted`, `withdrawn` or `expired`; null while it stands, or has expired "
        "without anyone looking.",
        examples=["accepted"],
    )


class AcceptanceIn(In):
    """A link, and what a newcomer chooses; whoever has an account keeps what it has."""

    token: LinkToken = Field(description="What follows `#` in the link of the mail.")
    name: PersonName | None = Field(None, examples=["Camille Durand"])
    password: NewPassword | None = Field(None, description=NEW_PASSWORD)


class AcceptanceOut(Out):
    """What accepting gave. Sign in with `POST /v1/sessions`: no session is opened."""

    cluster_id: ClusterId
    membership_id: MembershipId
    member_id: MemberId | None
    role: Role
    account_created: bool = Field(
        description="Whether name and password were taken: false for who had an account."
    )
