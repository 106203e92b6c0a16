"""Who acts, for whom, when: passed to every use case, so that no rule reads a clock."""

from dataclasses import dataclass
from datetime import datetime
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
    """The caller as the database knows it, and the moment of the call.

    ``member_id`` is the company acted for, if any; ``now`` is in UTC; ``request_id`` ties what
    is recorded to the request or job that caused it.
    """

    person_id: UUID
    cluster_id: UUID
    member_id: UUID | None
    role: Role
    now: datetime
    request_id: str
