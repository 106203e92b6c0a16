"""Public facts of documents: ids only, and only for the parties."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class DocumentIssued(Event):
    """A document of a joint answer is there to be read, or signed."""

    type: ClassVar[str] = "document.issued"
    consortium_id: UUID
    document_id: UUID


@dataclass(frozen=True, slots=True)
class DocumentSigned(Event):
    """A party has put the signed file of a document."""

    type: ClassVar[str] = "document.signed"
    consortium_id: UUID
    document_id: UUID
    party_id: UUID
