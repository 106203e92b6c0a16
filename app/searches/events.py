"""Public facts about saved searches."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class SearchMatched(Event):
    """A search found notices that it had not found before; one event, however many they are.

    Those whose ``matched_at`` is ``since`` or later. It is told to a company alone when the search
    is that company's.
    """

    type: ClassVar[str] = "search.matched"
    search_id: UUID
    since: datetime
