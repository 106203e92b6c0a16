"""Mapped class of fees."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class Headcount(TenantRow, Base):
    """A company's headcount for the fee of a year, in hundredths of a full-time equivalent.

    Rows are only ever added: of one year and method, the last recorded counts.
    """

    __tablename__ = "headcount"

    member_id: Mapped[UUID]
    year: Mapped[int]
    method: Mapped[str]
    hundredths: Mapped[int]
    declared_on: Mapped[date]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
