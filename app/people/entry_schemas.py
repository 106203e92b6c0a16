"""Shapes of coming in and going out, on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from app.infra.http.ids import ClusterId, InvitationId, MemberId, MembershipId, PersonId
from app.infra.http.schemas import In, Out
from app.infra.http.text import Text
from app.kernel.actor import Role
from app.kernel.mail import MAX_ADDRESS_LENGTH
from app.people.domain import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH

Email = Annotated[str, StringConstraints(min_length=3, max_length=MAX_ADDRESS_LENGTH)]
LinkToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]
PersonName = Annotated[str, Text(least=1, most=100)]
NewPassword = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD_LENGTH)]
NEW_PASSWORD = (
    f"{MIN_PASSWORD_LENGTH} characters at least, and hard to guess for who knows the person: "
    "four words that have nothing to do with each other, say."
)


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


class ResetIn(In):
    """The address whose password is lost."""

    email: Email


class ResetOut(Out):
    """The same for every address, known or not."""

    status: str = Field("accepted", examples=["accepted"])


class ResetAcceptanceIn(In):
    """A link, and the new password."""

    token: LinkToken = Field(description="What follows `#` in the link of the mail.")
    password: NewPassword = Field(description=NEW_PASSWORD)


class PasswordIn(In):
    """A change of password by who knows the present one."""

    current_password: NewPassword
    new_password: NewPassword = Field(description=NEW_PASSWORD)
