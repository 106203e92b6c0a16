"""Use cases of saved searches: keep them, match notices, sort what was found."""

from app.searches.service.decisions import assign, dismiss, follow, reopen
from app.searches.service.matching import match_notices, match_search
from app.searches.service.previews import preview
from app.searches.service.searches import Asked, change, end, save
from app.searches.service.telling import (
    assignments,
    clusters_to_tell,
    clusters_with_assigned,
    found_since,
    tell,
)

__all__ = [
    "Asked",
    "assign",
    "assignments",
    "change",
    "clusters_to_tell",
    "clusters_with_assigned",
    "dismiss",
    "end",
    "follow",
    "found_since",
    "match_notices",
    "match_search",
    "preview",
    "reopen",
    "save",
    "tell",
]
