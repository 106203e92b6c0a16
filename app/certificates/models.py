"""Mapped class of certificates."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base, TenantRow


class Certificate(TenantRow, Base):
    """What a company proves, and its file once that has come; withdrawn, it counts no more.

    ``file_id`` names the file in the storage; ``file_hash`` is its SHA-256.
    """

    __tablename__ = "certificate"

    member_id: Mapped[UUID]
    kind: Mapped[str]
    title: Mapped[str | None]
    issuer: Mapped[str | None]
    number: Mapped[str | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    audience: Mapped[str]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    file_id: Mapped[UUID | None]
    file_type: Mapped[str | None]
    file_size: Mapped[int | None]
    file_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    file_at: Mapped[datetime | None]

    @property
    def file(self) -> dict[str, Any] | None:
        """What is told of its file; None until that has come."""
        if self.file_hash is None:
            return None
        return {
            "type": self.file_type,
            "size": self.file_size,
            "sha256": self.file_hash.hex(),
            "at": self.file_at,
        }
