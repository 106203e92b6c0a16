"""Use cases of contributions, split by noun."""

from app.contributions.batches import CHARGED, PRICED
from app.contributions.lists import FEE_LINES, FEE_TERMS, SHOWS_AMOUNTS, STATEMENT_ROWS
from app.contributions.service.charges import charge_receipt
from app.contributions.service.fees import FeeLine, charge_fees
from app.contributions.service.forecasts import award_without_amount, forecast
from app.contributions.service.payments import record_payment
from app.contributions.service.policies import ensure_default_policy, require_rate, set_policy
from app.contributions.service.runs import Batch, Correction, charge_batch, charge_correction
from app.contributions.service.statements import statement
from app.contributions.service.taxes import add_tax, hold_account

__all__ = [
    "CHARGED",
    "FEE_LINES",
    "FEE_TERMS",
    "PRICED",
    "SHOWS_AMOUNTS",
    "STATEMENT_ROWS",
    "Batch",
    "Correction",
    "FeeLine",
    "add_tax",
    "award_without_amount",
    "charge_batch",
    "charge_correction",
    "charge_fees",
    "charge_receipt",
    "ensure_default_policy",
    "forecast",
    "hold_account",
    "record_payment",
    "require_rate",
    "set_policy",
    "statement",
]
