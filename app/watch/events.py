"""Public facts about notices; they belong to no cluster."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class NoticesArrived(Event):
    """These notices are new, or read differently from before: those of one import's batch."""

    type: ClassVar[str] = "notices.arrived"
    notice_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class NoticeChanged(Event):
    """A notice reads differently from what was stored."""

    type: ClassVar[str] = "notice.changed"
    notice_id: UUID


@dataclass(frozen=True, slots=True)
class NoticeCorrected(Event):
    """Another notice, ``corrected_by``, corrects, cancels or replaces this one."""

    type: ClassVar[str] = "notice.corrected"
    notice_id: UUID
    corrected_by: UUID


@dataclass(frozen=True, slots=True)
class NoticesAwarded(Event):
    """Results of earlier notices are out: pairs of ids, the award's notice and the earlier one.

    All of a batch at once: a third of what is published are results, and few calls are followed.
    """

    type: ClassVar[str] = "notices.awarded"
    awards: tuple[tuple[UUID, UUID], ...]
