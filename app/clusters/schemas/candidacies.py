"""Shapes of candidacies and votes on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.clusters.domain import Admission, Choice, Verdict
from app.clusters.models import Ballot
from app.clusters.schemas.members import CompanyOut
from app.clusters.service import CandidacyView
from app.infra.http.ids import CandidacyId, MemberId
from app.infra.http.schemas import In, Out


class CandidacySummary(CompanyOut):
    """A company that would join."""

    id: CandidacyId
    admission: Admission = Field(description="Who decides; settled when it was presented.")
    state: Literal["open", "admitted", "refused", "withdrawn"]
    opened_at: datetime
    closes_at: datetime = Field(description="Until when one may vote.")
    decided_at: datetime | None
    member_id: MemberId | None = Field(description="The member that it became.")


class VoterOut(Out):
    """A company that has voted; how, is nobody's to know."""

    member_id: MemberId
    cast_at: datetime


class TallyOut(Out):
    """The count, once decided."""

    votes_for: int
    votes_against: int
    abstentions: int
    electorate: int = Field(description="Active members, and whoever else had voted.")


class CandidacyOut(CandidacySummary):
    """A candidacy, who presented it, who has voted, and the count once it is decided."""

    presented_for: MemberId | None = Field(
        description="The company that presented it; null for the coordinator."
    )
    quorum_bps: int
    majority_bps: int
    voters: list[VoterOut]
    tally: TallyOut | None


class VoteIn(In):
    """A company's vote; it is final."""

    choice: Choice


class DecisionIn(In):
    """The coordinator's word where no vote decides; nothing where one does."""

    outcome: Verdict | None = None


def voter_out(ballot: Ballot) -> VoterOut:
    """A ballot as it is shown: without its choice."""
    return VoterOut(member_id=ballot.member_id, cast_at=ballot.cast_at)


def candidacy_out(view: CandidacyView) -> CandidacyOut:
    """A candidacy as it is shown."""
    candidacy = view.candidacy
    shown = CandidacySummary.model_validate(candidacy)
    counted = candidacy.electorate is not None
    return CandidacyOut(
        **dict(shown),
        presented_for=candidacy.presented_for,
        quorum_bps=candidacy.quorum_bps,
        majority_bps=candidacy.majority_bps,
        voters=[VoterOut(member_id=who, cast_at=at) for who, at in view.voters],
        tally=TallyOut.model_validate(candidacy) if counted else None,
    )
