"""Who acts: a person, in one cluster, perhaps for one member company, in one role."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person is in a cluster."""

    COORDINATOR = "coordinator"
    TREASURER = "treasurer"
    MEMBER = "member"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller as the database knows it; ``member_id`` is the company acted for, if any."""

    person_id: UUID
    cluster_id: UUID
    member_id: UUID | None
    role: Role
