"""Rules and arithmetic of contributions. Standard library and kernel only."""

from app.contributions.domain.lines import Line, Terms, line, lines_for
from app.contributions.domain.policy import (
    Base,
    Debtor,
    FeeBand,
    InvalidTerms,
    Nature,
    NoPolicy,
    PolicyOutOfOrder,
    PolicyTerms,
    Rate,
    Trigger,
    default_terms,
    effective,
    next_version,
)
from app.contributions.domain.settling import Item, Match, PaymentExists, settle
from app.contributions.domain.statement import (
    ChargeEvidence,
    ConsortiumContribution,
    ForecastEvidence,
    Part,
    PartyContribution,
    PaymentEvidence,
    total,
)

__all__ = [
    "Base",
    "ChargeEvidence",
    "ConsortiumContribution",
    "Debtor",
    "FeeBand",
    "ForecastEvidence",
    "InvalidTerms",
    "Item",
    "Line",
    "Match",
    "Nature",
    "NoPolicy",
    "Part",
    "PartyContribution",
    "PaymentEvidence",
    "PaymentExists",
    "PolicyOutOfOrder",
    "PolicyTerms",
    "Rate",
    "Terms",
    "Trigger",
    "default_terms",
    "effective",
    "line",
    "lines_for",
    "next_version",
    "settle",
    "total",
]
