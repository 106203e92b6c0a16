"""What is worth an alert, and when two alerts are one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class AlertKind(StrEnum):
    """What a person should know."""

    MATCH = "match"
    """A saved search found a notice."""
    DEADLINE_MOVED = "deadline_moved"
    NOTICE_CORRECTED = "notice_corrected"
    CALL_CANCELLED = "call_cancelled"
    RESULT_PUBLISHED = "result_published"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to tell: what happened, to which tender, match or notice, in which version of it.

    A person is told of it once, however often it is told. ``notice_id`` is the notice that says
    so, ``deadline_before`` the deadline that it moved.
    """

    kind: AlertKind
    subject_id: UUID
    version: int
    notice_id: UUID
    deadline_before: datetime | None = None
