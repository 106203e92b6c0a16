"""Public facts of what people are told."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ReminderDue(Event):
    """The calendar brought about something that concerns a company; told to that company alone.

    ``kind`` is the alert's, ``subject_id`` what it is about: a contract, an invoice, a party, a
    mandate, or the joint answer itself.
    """

    type: ClassVar[str] = "reminder.due"
    kind: str
    consortium_id: UUID
    subject_id: UUID
