"""Use cases of a contract that is carried out, split by noun."""

from app.contracts.service.amendments import Amended, Change, amend, reverse_amendment
from app.contracts.service.closing import close
from app.contracts.service.invoices import (
    Billed,
    decide_invoice,
    reverse_invoice,
    submit_invoice,
)
from app.contracts.service.orders import Call, Ordered, place_order, reverse_order
from app.contracts.service.payments import (
    Money,
    Paid,
    Received,
    pay_invoice,
    receive_on_account,
    reverse_account_receipt,
)
from app.contracts.service.reminders import standing_accounts, undecided_invoices
from app.contracts.service.signing import Signed, sign

__all__ = [
    "Amended",
    "Billed",
    "Call",
    "Change",
    "Money",
    "Ordered",
    "Paid",
    "Received",
    "Signed",
    "amend",
    "close",
    "decide_invoice",
    "pay_invoice",
    "place_order",
    "receive_on_account",
    "reverse_account_receipt",
    "reverse_amendment",
    "reverse_invoice",
    "reverse_order",
    "sign",
    "standing_accounts",
    "submit_invoice",
    "undecided_invoices",
]
