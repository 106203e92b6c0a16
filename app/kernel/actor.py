"""Who acts, for whom, when: passed to every use case, so that no rule reads a clock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person is in a cluster."""

    COORDINATOR = "coordinator"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    MANAGER = "manager"
    CONTRIBUTOR = "contributor"
    VIEWER = "viewer"
    INTEGRATION = "integration"


OF_A_COMPANY = frozenset({Role.MANAGER, Role.CONTRIBUTOR})
"""Roles that are nothing without a company to act for."""

OF_THE_CLUSTER = frozenset({Role.COORDINATOR, Role.TREASURER, Role.AUDITOR})
"""Roles that act for no company."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller as the database knows it, and the moment of the call.

    ``member_id`` is the company acted for, if any; ``now`` is in UTC; ``request_id`` ties what
    is recorded to the request or job that caused it; ``origin`` is the network address that it
    came from, or the word for what acted by itself. ``scopes`` are those of a program's token,
    None for whatever the role may do.
    """

    person_id: UUID
    cluster_id: UUID
    member_id: UUID | None
    role: Role
    now: datetime
    request_id: str
    origin: str
    membership_id: UUID | None = None
    scopes: frozenset[str] | None = None
