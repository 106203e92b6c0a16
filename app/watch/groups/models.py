"""Mapped classes of pairs: shared by all clusters; and of what a cluster decided of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base


class NoticePair(Base):
    """Two notices, the older first, that may be of one procedure, and why they look so."""

    __tablename__ = "notice_pair"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID]
    other_id: Mapped[UUID]
    why: Mapped[dict[str, Any]]
    found_at: Mapped[datetime]


class PairDecision(Base):
    """A cluster's last word on a pair: one procedure, or two. It holds in that cluster alone."""

    __tablename__ = "pair_decision"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True)
    pair_id: Mapped[UUID] = mapped_column(primary_key=True)
    same: Mapped[bool]
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]


class JoinedGroup(Base):
    """A group that a cluster takes for one with others of the same ``root``; made of its decisions.

    ``key`` is the group's id, or the id of a notice that is in none.
    """

    __tablename__ = "joined_group"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(primary_key=True)
    root: Mapped[UUID]
