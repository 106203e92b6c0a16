"""Mapped classes of the tenant."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import LargeBinary
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


class Person(Base):
    """A human being, known to the installation by a mail address."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Membership(TenantRow, Base):
    """A person's role in a cluster, perhaps for one of its companies."""

    __tablename__ = "membership"

    person_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    role: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Token(TenantRow, Base):
    """A credential of a program or of a sign-in: its hash, never itself."""

    __tablename__ = "token"

    membership_id: Mapped[UUID]
    name: Mapped[str]
    prefix: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
