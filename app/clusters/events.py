"""Public facts about the cluster and its companies."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ClusterChanged(Event):
    """The cluster's settings are others."""

    type: ClassVar[str] = "cluster.changed"
    version: int


@dataclass(frozen=True, slots=True)
class MemberAdmitted(Event):
    """A company belongs to the cluster from now on, for the first time or again."""

    type: ClassVar[str] = "member.admitted"
    member_id: UUID


@dataclass(frozen=True, slots=True)
class MemberSuspended(Event):
    """A company takes on nothing new until it is reinstated."""

    type: ClassVar[str] = "member.suspended"
    member_id: UUID


@dataclass(frozen=True, slots=True)
class MemberReinstated(Event):
    """A suspended company is active again."""

    type: ClassVar[str] = "member.reinstated"
    member_id: UUID


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    """A company left the cluster; its running contracts go on."""

    type: ClassVar[str] = "member.left"
    member_id: UUID


@dataclass(frozen=True, slots=True)
class MemberMerged(Event):
    """A company was absorbed by another; its contracts stay in its name until amended."""

    type: ClassVar[str] = "member.merged"
    member_id: UUID
    into_member_id: UUID


@dataclass(frozen=True, slots=True)
class MemberChanged(Event):
    """A company's name, SIRET, form or address is another."""

    type: ClassVar[str] = "member.changed"
    member_id: UUID


@dataclass(frozen=True, slots=True)
class MemberLinked(Event):
    """Someone says that two companies are linked."""

    type: ClassVar[str] = "member.linked"
    member_id: UUID
    other_member_id: UUID


@dataclass(frozen=True, slots=True)
class MemberLinkEnded(Event):
    """Someone takes back that two companies are linked."""

    type: ClassVar[str] = "member.link_ended"
    member_id: UUID
    other_member_id: UUID


@dataclass(frozen=True, slots=True)
class CandidacyOpened(Event):
    """A company was presented."""

    type: ClassVar[str] = "candidacy.opened"
    candidacy_id: UUID


@dataclass(frozen=True, slots=True)
class CandidacyWithdrawn(Event):
    """Whoever presented a company has taken its candidacy back."""

    type: ClassVar[str] = "candidacy.withdrawn"
    candidacy_id: UUID


@dataclass(frozen=True, slots=True)
class CandidacyDecided(Event):
    """A candidacy ended: admitted or refused."""

    type: ClassVar[str] = "candidacy.decided"
    candidacy_id: UUID
