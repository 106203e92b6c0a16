"""Mapped classes of documents. None holds a price: that stands in the files alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.consortia.domain import Form
from app.documents.domain import LibraryClause
from app.infra.db import Base, TenantRow


class ClauseVersion(TenantRow, Base):
    """A cluster's own version of a clause; versions are kept."""

    __tablename__ = "clause_version"

    key: Mapped[str]
    number: Mapped[int]
    position: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    law: Mapped[str | None]
    forms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    standard: Mapped[bool]
    person_id: Mapped[UUID]
    written_at: Mapped[datetime]

    def clause(self) -> LibraryClause:
        """As the library has it."""
        return LibraryClause(
            self.key,
            self.number,
            self.position,
            self.title,
            self.text,
            self.law,
            frozenset(map(Form, self.forms)),
            self.standard,
        )


class ClauseChoice(TenantRow, Base):
    """Which clauses a joint answer's agreement has, from a moment on; choices are kept."""

    __tablename__ = "clause_choice"

    consortium_id: Mapped[UUID]
    number: Mapped[int]
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    person_id: Mapped[UUID]
    chosen_at: Mapped[datetime]


class Document(TenantRow, Base):
    """A document as it was issued: it never changes. ``number`` counts those of its subject.

    ``content_hash`` is of what it says, and printed on it; ``file_hash`` of its bytes.
    """

    __tablename__ = "document"

    consortium_id: Mapped[UUID]
    kind: Mapped[str]
    lot_id: Mapped[UUID | None]
    party_id: Mapped[UUID | None]
    number: Mapped[int]
    split_number: Mapped[int | None]
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[UUID]
    issued_at: Mapped[datetime]
    file_id: Mapped[UUID]
    file_size: Mapped[int]
    file_hash: Mapped[bytes] = mapped_column(LargeBinary)


class Signature(TenantRow, Base):
    """The file that a party signed, and who put it there; it stays what it is."""

    __tablename__ = "document_signature"

    consortium_id: Mapped[UUID]
    document_id: Mapped[UUID]
    party_id: Mapped[UUID]
    person_id: Mapped[UUID]
    signed_at: Mapped[datetime]
    file_id: Mapped[UUID]
    file_type: Mapped[str]
    file_size: Mapped[int]
    file_hash: Mapped[bytes] = mapped_column(LargeBinary)

    @property
    def file(self) -> dict[str, Any]:
        """What is told of its file."""
        return {"type": self.file_type, "size": self.file_size, "sha256": self.file_hash.hex()}
