"""What is worth an alert, and when two alerts are one."""

from dataclasses import dataclass
from datetime import date, datetime
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
    ACCOUNT_STANDING = "account_standing"
    """Money stands on a joint account longer than the contract allows."""
    INVOICE_UNDECIDED = "invoice_undecided"
    REPORT_MISSING = "report_missing"
    """A concession's yearly report is not handed in."""
    CERTIFICATE_LAPSING = "certificate_lapsing"
    """A certificate that is asked for will have expired on the deadline."""
    MANDATE_ENDING = "mandate_ending"


REMINDERS = frozenset(
    {
        AlertKind.ACCOUNT_STANDING,
        AlertKind.INVOICE_UNDECIDED,
        AlertKind.REPORT_MISSING,
        AlertKind.CERTIFICATE_LAPSING,
        AlertKind.MANDATE_ENDING,
    }
)
"""What the calendar brings about in a joint answer; no notice says so."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to tell: what happened, to which tender, match or notice, in which version of it.

    A person is told of it once, however often it is told. ``notice_id`` is the notice that says
    so, ``deadline_before`` the deadline that it moved. What the calendar brings about has a
    joint answer in its place, and ``due_on``, the last day in time.
    """

    kind: AlertKind
    subject_id: UUID
    version: int
    notice_id: UUID | None = None
    deadline_before: datetime | None = None
    consortium_id: UUID | None = None
    due_on: date | None = None

    @property
    def key(self) -> tuple[str, UUID, int]:
        """What makes two of them one."""
        return self.kind.value, self.subject_id, self.version
