"""Public facts of contracts that are carried out: ids only, and only for their parties."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ContractSigned(Event):
    """The contract of a won lot is signed."""

    type: ClassVar[str] = "contract.signed"
    consortium_id: UUID
    contract_id: UUID


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    """The buyer called on a framework."""

    type: ClassVar[str] = "order.placed"
    consortium_id: UUID
    contract_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class OrderReversed(Event):
    """An order was taken back by its opposite."""

    type: ClassVar[str] = "order.reversed"
    consortium_id: UUID
    contract_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class ContractAmended(Event):
    """A contract was changed on its ground."""

    type: ClassVar[str] = "contract.amended"
    consortium_id: UUID
    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, slots=True)
class AmendmentReversed(Event):
    """An amendment was taken back by its opposite."""

    type: ClassVar[str] = "amendment.reversed"
    consortium_id: UUID
    contract_id: UUID
    amendment_id: UUID


@dataclass(frozen=True, slots=True)
class ContractClosed(Event):
    """A contract is over."""

    type: ClassVar[str] = "contract.closed"
    consortium_id: UUID
    contract_id: UUID
