"""Public facts about what a cluster follows."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class TenderFollowed(Event):
    """The cluster follows a tender from now on."""

    type: ClassVar[str] = "tender.followed"
    tender_id: UUID


@dataclass(frozen=True, slots=True)
class TenderChanged(Event):
    """A notice brought news: a moved deadline, a correction, a cancellation, a result."""

    type: ClassVar[str] = "tender.changed"
    tender_id: UUID
    news_id: UUID


@dataclass(frozen=True, slots=True)
class RulesRead(Event):
    """Someone said what the documents of a tender allow, forbid and ask for."""

    type: ClassVar[str] = "tender.rules_read"
    tender_id: UUID


@dataclass(frozen=True, slots=True)
class InterestDeclared(Event):
    """A member said what it would take of a lot."""

    type: ClassVar[str] = "interest.declared"
    tender_id: UUID
    lot_id: UUID
    member_id: UUID
