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
    signed_by: Mapped[str]
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


class Mandate(TenantRow, Base):
    """What a company lets the lead sign; ``valid_until`` is included."""

    __tablename__ = "mandate"

    consortium_id: Mapped[UUID]
    party_id: Mapped[UUID]
    scope: Mapped[list[str]]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    certificate_id: Mapped[UUID | None]
    evidence: Mapped[str | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Undertaking(TenantRow, Base):
    """What a company that holds nothing undertook in writing."""

    __tablename__ = "undertaking"

    consortium_id: Mapped[UUID]
    party_id: Mapped[UUID]
    text: Mapped[str]
    signed_on: Mapped[date]
    evidence: Mapped[str | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]


class Justification(TenantRow, Base):
    """Why there is a group at all; the newest holds. It may name companies."""

    __tablename__ = "justification"

    consortium_id: Mapped[UUID]
    text: Mapped[str]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
