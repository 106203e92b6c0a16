"""Use cases of a contract that is carried out, split by noun."""

from app.contracts.service.amendments import Amended, Change, amend, reverse_amendment
from app.contracts.service.closing import close
from app.contracts.service.orders import Call, Ordered, place_order, reverse_order
from app.contracts.service.signing import Signed, sign

__all__ = [
    "Amended",
    "Call",
    "Change",
    "Ordered",
    "Signed",
    "amend",
    "close",
    "place_order",
    "reverse_amendment",
    "reverse_order",
    "sign",
]
