"""Mapped class of bids that a company makes alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.infra.db import Base, TenantRow


class SoloBid(TenantRow, Base):
    """A lot that a company answers alone, by its own word; nobody else sees it."""

    __tablename__ = "solo_bid"

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    member_id: Mapped[UUID]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
