"""Mapped classes of the tenant."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.clusters.domain import Rule, Tally, Verdict
from app.infra.db import Base, TenantRow
from app.kernel.ids import new_id

WITHDRAWN = "withdrawn"
"""The end of a candidacy that nobody decided."""


class Cluster(Base):
    """A body that gathers companies: the tenant. Its version is its ETag."""

    __tablename__ = "cluster"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    slug: Mapped[str]
    zone: Mapped[str]
    language: Mapped[str]
    admission: Mapped[str]
    vote_quorum_bps: Mapped[int]
    vote_majority_bps: Mapped[int]
    vote_days: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]


class CompanyRow:
    """What is declared of a company; ``headcount`` is in full-time equivalents."""

    name: Mapped[str]
    siren: Mapped[str]
    siret: Mapped[str | None]
    legal_form: Mapped[str | None]
    city: Mapped[str | None]
    address: Mapped[str | None]
    headcount: Mapped[int | None]
    skills: Mapped[list[str]]


class Member(TenantRow, CompanyRow, Base):
    """A company of the cluster. SIREN stays; SIRET, name and legal form change.

    ``state``, ``joined_on``, ``left_on`` and ``merged_into`` follow its newest standing: the
    database moves them when that is written, and no request may.
    """

    __tablename__ = "member"

    state: Mapped[str]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    merged_into: Mapped[UUID | None]


class Standing(TenantRow, Base):
    """What a company was to the cluster from a day on; rows are only ever added."""

    __tablename__ = "member_standing"

    member_id: Mapped[UUID]
    kind: Mapped[str]
    on_day: Mapped[date]
    reason: Mapped[str | None]
    into_member_id: Mapped[UUID | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class MemberChange(TenantRow, Base):
    """A change of name, SIRET, form or address: each field from what to what."""

    __tablename__ = "member_change"

    member_id: Mapped[UUID]
    on_day: Mapped[date]
    fields: Mapped[dict[str, Any]]
    reason: Mapped[str | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class MemberLink(TenantRow, Base):
    """What someone says of two companies: that one group holds them, or the same people run them.

    ``said_for`` is the company whose word it is, always ``member_id``; None for the coordinator's.
    """

    __tablename__ = "member_link"

    member_id: Mapped[UUID]
    other_member_id: Mapped[UUID]
    kind: Mapped[str]
    evidence: Mapped[str]
    said_for: Mapped[UUID | None]
    person_id: Mapped[UUID]
    said_at: Mapped[datetime]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]


class Candidacy(TenantRow, CompanyRow, Base):
    """A company that would join, under the rule of the day it was presented."""

    __tablename__ = "candidacy"

    presented_by: Mapped[UUID]
    presented_for: Mapped[UUID | None]
    admission: Mapped[str]
    quorum_bps: Mapped[int]
    majority_bps: Mapped[int]
    state: Mapped[str]
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    votes_for: Mapped[int | None]
    votes_against: Mapped[int | None]
    abstentions: Mapped[int | None]
    electorate: Mapped[int | None]
    member_id: Mapped[UUID | None]

    @property
    def rule(self) -> Rule:
        """The rule that decides it, whatever the cluster's settings have become."""
        return Rule(self.quorum_bps, self.majority_bps)

    def withdraw(self, *, by: UUID, at: datetime) -> None:
        """Taken back: by whom, when. Votes are not counted."""
        self.state, self.decided_at, self.decided_by = WITHDRAWN, at, by

    def close(
        self,
        verdict: Verdict,
        tally: Tally | None,
        *,
        member_id: UUID | None,
        by: UUID,
        at: datetime,
    ) -> None:
        """Decided: by whom, when, by what count if any, and the member that it became."""
        self.state = verdict
        self.decided_at, self.decided_by = at, by
        self.member_id = member_id
        if tally is not None:
            self.votes_for, self.votes_against = tally.votes_for, tally.votes_against
            self.abstentions, self.electorate = tally.abstentions, tally.electorate


class Ballot(TenantRow, Base):
    """A member company's vote, final; the choice is shown to nobody else."""

    __tablename__ = "ballot"

    candidacy_id: Mapped[UUID]
    member_id: Mapped[UUID]
    person_id: Mapped[UUID]
    choice: Mapped[str]
    cast_at: Mapped[datetime]
