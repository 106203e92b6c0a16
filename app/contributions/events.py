"""Public facts of contributions."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ChargeCreated(Event):
    """A member owes the cluster a contribution."""

    type: ClassVar[str] = "charge.created"

    charge_id: UUID
    member_id: UUID
    consortium_id: UUID
