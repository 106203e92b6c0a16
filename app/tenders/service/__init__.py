"""Use cases of what a cluster follows, split by noun."""

from app.tenders.service.following import (
    SINGLE_LOT,
    LotIn,
    TenderIn,
    declare_interest,
    follow_notice,
    get_tender,
    lots_of,
    require_lot,
    write_tender,
)
from app.tenders.service.news import (
    Followers,
    apply_notice,
    followed_among,
    followers,
    get_news,
)
from app.tenders.service.rules import rules_of, say_rules

__all__ = [
    "SINGLE_LOT",
    "Followers",
    "LotIn",
    "TenderIn",
    "apply_notice",
    "declare_interest",
    "follow_notice",
    "followed_among",
    "followers",
    "get_news",
    "get_tender",
    "lots_of",
    "require_lot",
    "rules_of",
    "say_rules",
    "write_tender",
]
