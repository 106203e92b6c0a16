"""Use cases of a joint answer, split by noun."""

from app.consortia.service.agreements import approve, propose, withdraw_agreement
from app.consortia.service.composition import form, invite
from app.consortia.service.outcomes import award
from app.consortia.service.parties import (
    accept_invitation,
    refuse_invitation,
    withdraw_party,
)
from app.consortia.service.reading import view
from app.consortia.service.receipts import record_receipt, reverse_receipt
from app.consortia.service.splits import write_split
from app.consortia.service.submissions import submit

__all__ = [
    "accept_invitation",
    "approve",
    "award",
    "form",
    "invite",
    "propose",
    "record_receipt",
    "refuse_invitation",
    "reverse_receipt",
    "submit",
    "view",
    "withdraw_agreement",
    "withdraw_party",
    "write_split",
]
