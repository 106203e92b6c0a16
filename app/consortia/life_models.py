"""What befalls a joint answer: each a row with its author and time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class Application(TenantRow, Base):
    """The application as handed in: the composition is frozen from here on (R2142-26)."""

    __tablename__ = "application"

    consortium_id: Mapped[UUID]
    submitted_at: Mapped[datetime]
    platform: Mapped[str | None]
    reference: Mapped[str | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class Round(TenantRow, Base):
    """A bid that is out is written, agreed and handed in anew."""

    __tablename__ = "round"

    consortium_id: Mapped[UUID]
    number: Mapped[int]
    ground: Mapped[str]
    reason: Mapped[str]
    deadline_at: Mapped[datetime | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class Failure(TenantRow, Base):
    """A company withdrew or defaulted; its part stays its own until a change is agreed on."""

    __tablename__ = "failure"

    consortium_id: Mapped[UUID]
    party_id: Mapped[UUID]
    kind: Mapped[str]
    reason: Mapped[str]
    on_day: Mapped[date]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class CompositionChange(TenantRow, Base):
    """Someone left a frozen composition, or came in, as the buyer accepted on a day."""

    __tablename__ = "composition_change"

    consortium_id: Mapped[UUID]
    ground: Mapped[str]
    reason: Mapped[str]
    accepted_on: Mapped[date]
    leaving_id: Mapped[UUID | None]
    joining_id: Mapped[UUID | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class Succession(TenantRow, Base):
    """The lead's place, offered to another; taken by its own word."""

    __tablename__ = "succession"

    consortium_id: Mapped[UUID]
    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    reason: Mapped[str]
    accepted_on: Mapped[date | None]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[UUID | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
