"""Mapped classes of the tenant."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base, TenantRow
from app.kernel.ids import new_id


class Cluster(Base):
    """A body that gathers companies: the tenant."""

    __tablename__ = "cluster"

    cluster_id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    slug: Mapped[str]
    zone: Mapped[str]
    created_at: Mapped[datetime]


class Member(TenantRow, Base):
    """A company of the cluster. SIREN stays; SIRET, name and legal form change."""

    __tablename__ = "member"

    name: Mapped[str]
    siren: Mapped[str]
    siret: Mapped[str | None]
    legal_form: Mapped[str | None]
    city: Mapped[str | None]
    headcount: Mapped[int | None]
    skills: Mapped[list[str]]
    state: Mapped[str]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
