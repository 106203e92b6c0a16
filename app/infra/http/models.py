"""Table of the HTTP edge."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class KeptAnswer(Base):
    """An answer kept for the retry of its request."""

    __tablename__ = "kept_answer"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    acting_for: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    input_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body: Mapped[Any] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    consortium_id: Mapped[UUID | None]
    """What the answer is about: row security keeps it from whoever is no longer inside."""
