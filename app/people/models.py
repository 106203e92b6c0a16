"""Mapped classes of people and their credentials. Requests have no grants on them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.infra.db import Base, TenantRow
from app.kernel.ids import new_id


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
    kind: Mapped[str]
    name: Mapped[str]
    scopes: Mapped[list[str] | None]
    prefix: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    origin: Mapped[str | None]
    renewed_at: Mapped[datetime | None]


class Attempt(Base):
    """Tries of secrets about one account or from one network, counted until a moment."""

    __tablename__ = "attempt"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    count: Mapped[int]
    until: Mapped[datetime]


class Invitation(TenantRow, Base):
    """Someone asked into the cluster by mail; ``invited_by`` is a membership."""

    __tablename__ = "invitation"

    email: Mapped[str]
    role: Mapped[str]
    member_id: Mapped[UUID | None]
    invited_by: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None]


class PasswordReset(Base):
    """Someone said to have lost the password of a mail address, known or not."""

    __tablename__ = "password_reset"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SecondFactor(Base):
    """A person's authenticator: its secret encrypted, and the last step that it was used in."""

    __tablename__ = "second_factor"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]


class RecoveryCode(Base):
    """What stands in for a lost authenticator, once: its HMAC, never itself."""

    __tablename__ = "recovery_code"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]


class Identity(Base):
    """A person as an OpenID Connect provider knows them."""

    __tablename__ = "identity"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    created_at: Mapped[datetime]
