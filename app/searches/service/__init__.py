"""Use cases of saved searches: keep them, match notices, sort what was found."""

from app.searches.service.decisions import assign, dismiss, follow, reopen
from app.searches.service.matching import match_notices, match_search
from app.searches.service.previews import preview
from app.searches.service.searches import Asked, change, end, save
from app.searches.service.telling import (
    Announced,
    announced,
    assignments,
    clusters_to_tell,
    clusters_with_assigned,
    tell,
)

__all__ = [
    "Announced",
    "Asked",
    "announced",
    "assign",
    "assignments",
    "change",
    "clusters_to_tell",
    "clusters_with_assigned",
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
