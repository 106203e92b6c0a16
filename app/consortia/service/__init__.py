"""Use cases of a joint answer, split by noun."""

from app.consortia.service.agreements import approve, propose, withdraw_agreement
from app.consortia.service.composition import add_party, form
from app.consortia.service.outcomes import award
from app.consortia.service.reading import contribution, view
from app.consortia.service.receipts import record_receipt, reverse_receipt
from app.consortia.service.splits import current_split, write_split
from app.consortia.service.submissions import submit

__all__ = [
    "add_party",
    "approve",
    "award",
    "contribution",
    "current_split",
    "form",
    "propose",
    "record_receipt",
    "reverse_receipt",
    "submit",
    "view",
    "withdraw_agreement",
    "write_split",
]
