"""Who may do what: one table for the whole product, explained in docs/access.md."""

from enum import StrEnum

from app.kernel.actor import Actor, Role
from app.kernel.errors import Forbidden


class Permission(StrEnum):
    """An act that a role may or may not do. What may be read is the walls' business."""

    MANAGE_CLUSTER = "manage_cluster"
    MANAGE_MEMBERS = "manage_members"
    PRESENT_COMPANY = "present_company"
    DECIDE_WALL = "decide_wall"
    EDIT_CLAUSES = "edit_clauses"
    SET_POLICY = "set_policy"
    RECORD_PAYMENT = "record_payment"
    KEEP_FLOWS = "keep_flows"
    DECLARE_FLOW = "declare_flow"
    DECLARE_HEADCOUNT = "declare_headcount"
    RUN_FEES = "run_fees"
    ISSUE_CALLS = "issue_calls"
    CLOSE_BOOKS = "close_books"
    READ_BOOKS = "read_books"
    READ_AUDIT = "read_audit"
    READ_PEOPLE = "read_people"
    MANAGE_PEOPLE = "manage_people"
    EDIT_COMPANY = "edit_company"
    VOTE = "vote"
    JOIN_NOTICES = "join_notices"
    SAVE_SEARCH = "save_search"
    FOLLOW_TENDER = "follow_tender"
    DECLARE_INTEREST = "declare_interest"
    PREPARE_BID = "prepare_bid"
    KEEP_CERTIFICATES = "keep_certificates"
    COMMIT_COMPANY = "commit_company"
    RECORD_RECEIPT = "record_receipt"


_OVERSIGHT = {Permission.READ_BOOKS, Permission.READ_AUDIT, Permission.READ_PEOPLE}
_FOR_A_COMPANY = {
    Permission.VOTE,
    Permission.DECLARE_INTEREST,
    Permission.PREPARE_BID,
    Permission.KEEP_CERTIFICATES,
    Permission.COMMIT_COMPANY,
    Permission.RECORD_RECEIPT,
    Permission.DECLARE_FLOW,
}
"""Acts that are a company's."""

_WORK = {
    Permission.FOLLOW_TENDER,
    Permission.DECLARE_INTEREST,
    Permission.PREPARE_BID,
    Permission.KEEP_CERTIFICATES,
    Permission.RECORD_RECEIPT,
    Permission.DECLARE_FLOW,
}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: frozenset(
        {
            Permission.MANAGE_CLUSTER,
            Permission.MANAGE_MEMBERS,
            Permission.PRESENT_COMPANY,
            Permission.DECIDE_WALL,
            Permission.EDIT_CLAUSES,
            Permission.SET_POLICY,
            Permission.RECORD_PAYMENT,
            Permission.KEEP_FLOWS,
            Permission.CLOSE_BOOKS,
            Permission.DECLARE_HEADCOUNT,
            Permission.RUN_FEES,
            Permission.ISSUE_CALLS,
            Permission.MANAGE_PEOPLE,
            Permission.EDIT_COMPANY,
            Permission.JOIN_NOTICES,
            Permission.SAVE_SEARCH,
            Permission.FOLLOW_TENDER,
        }
        | _OVERSIGHT
    ),
    Role.TREASURER: frozenset(
        {
            Permission.RECORD_PAYMENT,
            Permission.KEEP_FLOWS,
            Permission.CLOSE_BOOKS,
            Permission.DECLARE_HEADCOUNT,
            Permission.RUN_FEES,
            Permission.ISSUE_CALLS,
        }
        | _OVERSIGHT
    ),
    Role.AUDITOR: frozenset(_OVERSIGHT),
    Role.MANAGER: frozenset(
        {
            Permission.READ_PEOPLE,
            Permission.MANAGE_PEOPLE,
            Permission.EDIT_COMPANY,
            Permission.DECLARE_HEADCOUNT,
            Permission.PRESENT_COMPANY,
            Permission.SAVE_SEARCH,
            Permission.VOTE,
            Permission.COMMIT_COMPANY,
        }
        | _WORK
    ),
    Role.CONTRIBUTOR: frozenset({Permission.SAVE_SEARCH} | _WORK),
    Role.VIEWER: frozenset(),
    Role.INTEGRATION: frozenset(_WORK - {Permission.PREPARE_BID, Permission.KEEP_CERTIFICATES}),
}


class ActsForNoCompany(Forbidden):
    """The act is a company's, and the caller acts for none."""

    code = "acts_for_no_company"
    title = "Cette action se fait au nom d'une entreprise : connectez-vous pour l'une d'elles."


def require(actor: Actor, permission: Permission) -> None:
    """Raise Forbidden unless the actor's role has the permission."""
    if permission not in ALLOWED[actor.role]:
        raise Forbidden
    if permission in _FOR_A_COMPANY and actor.member_id is None:
        raise ActsForNoCompany
