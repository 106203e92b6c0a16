"""Use cases of the tenant, split by noun."""

from app.clusters.repository import MOVES
from app.clusters.service.candidacies import CandidacyView, decide, present, vote, withdraw
from app.clusters.service.changes import change_member
from app.clusters.service.clusters import change_cluster, create_cluster, get_cluster
from app.clusters.service.companies import Company, checked_siren, checked_siret
from app.clusters.service.links import declare_link, end_link
from app.clusters.service.members import (
    active_members,
    admit_member,
    all_members,
    get_member,
    is_member,
    members_by_id,
    require_active,
)
from app.clusters.service.search import search_company
from app.clusters.service.standings import leave, merge, reinstate, suspend

__all__ = [
    "MOVES",
    "CandidacyView",
    "Company",
    "active_members",
    "admit_member",
    "all_members",
    "change_cluster",
    "change_member",
    "checked_siren",
    "checked_siret",
    "create_cluster",
    "decide",
    "declare_link",
    "end_link",
    "get_cluster",
    "get_member",
    "is_member",
    "leave",
    "members_by_id",
    "merge",
    "present",
    "reinstate",
    "require_active",
    "search_company",
    "suspend",
    "vote",
    "withdraw",
]
