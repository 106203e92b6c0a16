"""Mapped class of the code lists: they belong to the installation, and all clusters read them."""

from sqlalchemy import FetchedValue, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class CodeLabel(Base):
    """What a code means. Codes compare byte by byte, so that an index serves their beginnings."""

    __tablename__ = "code_label"

    list: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    label_fr: Mapped[str]
    label_en: Mapped[str]
    search: Mapped[str | None] = mapped_column(
        TSVECTOR, FetchedValue(), deferred=True, deferred_raiseload=True
    )
