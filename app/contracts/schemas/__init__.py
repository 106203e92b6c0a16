"""Shapes of a contract that is carried out on the wire."""

from app.contracts.schemas.given import (
    AmendmentIn,
    ClosureIn,
    ContractIn,
    OrderIn,
    PartIn,
    ReversalIn,
)
from app.contracts.schemas.shown import (
    AmendedOut,
    AmendmentOut,
    ClosureOut,
    ContractOut,
    ContractState,
    OrderOut,
    PartOut,
    SignedOut,
    amended_out,
    order_out,
    signed_out,
)

__all__ = [
    "AmendedOut",
    "AmendmentIn",
    "AmendmentOut",
    "ClosureIn",
    "ClosureOut",
    "ContractIn",
    "ContractOut",
    "ContractState",
    "OrderIn",
    "OrderOut",
    "PartIn",
    "PartOut",
    "ReversalIn",
    "SignedOut",
    "amended_out",
    "order_out",
    "signed_out",
]
