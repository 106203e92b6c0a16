"""The trail on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.infra.http.ids import ConsortiumId, EntryId, MemberId, PersonId
from app.infra.http.instant import Instant
from app.infra.http.listing import Page
from app.infra.http.schemas import Out
from app.journal.lists import Asked

Hex = Annotated[str, StringConstraints(pattern="^[0-9a-f]{32}$")]


class AuditPage(Page):
    """What to look for in the trail; every filter given must hold."""

    person_id: PersonId | None = None
    action: Annotated[str, StringConstraints(pattern="^[a-z_]+([.][a-z_]+)*$", max_length=60)] | (
        None
    ) = Field(None, examples=["member.admitted"])
    subject_id: Annotated[str, StringConstraints(pattern="^([a-z]{3}_)?[0-9a-f]{32}$")] | None = (
        Field(None, description="What was acted on: its public id, or its 32 hex digits.")
    )
    since: Instant | None = Field(None, alias="from", description="Included.")
    until: Instant | None = Field(None, alias="to", description="Excluded.")

    def asked(self) -> Asked:
        """The filters as the query knows them."""
        subject = UUID(hex=self.subject_id[-32:]) if self.subject_id else None
        return Asked(self.person_id, self.action, subject, self.since, self.until)


class ActorOut(Out):
    """A person of the cluster; the name is null once nothing ties them to it."""

    id: PersonId
    name: str | None


class CompanyOut(Out):
    """The company that was acted for."""

    id: MemberId
    name: str


class _ActOut(Out):
    id: EntryId
    at: datetime
    person: ActorOut | None = Field(description="Null: a job or the operator.")
    company: CompanyOut | None
    action: str = Field(examples=["split.written"])
    detail: dict[str, Any] = Field(description="Never holds an amount.")


class EntryOut(_ActOut):
    """Who did what, when, from where, in which request."""

    origin: str = Field(
        description="A network address, or `system`, `operator`.", examples=["192.0.2.7"]
    )
    request_id: str
    subject_id: Hex = Field(description="The hex digits of the public id of what was acted on.")
    consortium_id: ConsortiumId | None


class TrailOut(_ActOut):
    """An act in a consortium, or the opening of its amounts by a person."""

    kind: Literal["entry", "opening"]
    origin: str | None = Field(
        description="A network address; null when it is another company's.", examples=["192.0.2.7"]
    )
    subject_id: Hex | None


class DaySealOut(Out):
    """What the whole trail was at the end of a day, in 32 bytes that tell nothing of it."""

    day: date
    hash: str = Field(
        description="Keep `day:hash` elsewhere: `grappe check --seal` proves by it that nothing "
        "was cut or rewritten since.",
        pattern="^[0-9a-f]{64}$",
    )
