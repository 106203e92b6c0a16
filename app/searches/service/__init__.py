"""Use cases of saved searches: keep them, match notices, sort what was found."""

from app.searches.service.decisions import assign, dismiss, follow, reopen
from app.searches.service.matching import (
    Announced,
    announced,
    clusters_to_tell,
    match_notices,
    match_search,
    tell,
)
from app.searches.service.previews import preview
from app.searches.service.searches import Asked, change, end, save

__all__ = [
    "Announced",
    "Asked",
    "announced",
    "assign",
    "change",
    "clusters_to_tell",
    "dismiss",
    "end",
    "follow",
    "match_notices",
    "match_search",
    "preview",
    "reopen",
    "save",
    "tell",
]
