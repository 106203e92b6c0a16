"""Who may do what: one table for the whole product."""

from enum import StrEnum

from app.kernel.actor import Actor, Role
from app.kernel.errors import Forbidden


class Permission(StrEnum):
    """An act that a role may or may not do."""

    ADMIT_MEMBER = "admit_member"
    FOLLOW_TENDER = "follow_tender"
    DECLARE_INTEREST = "declare_interest"
    FORM_CONSORTIUM = "form_consortium"
    ACT_IN_CONSORTIUM = "act_in_consortium"
    SET_POLICY = "set_policy"
    RECORD_PAYMENT = "record_payment"
    READ_BOOKS = "read_books"


_MONEY = {Permission.RECORD_PAYMENT, Permission.READ_BOOKS}
_COMPANY = {
    Permission.FOLLOW_TENDER,
    Permission.DECLARE_INTEREST,
    Permission.FORM_CONSORTIUM,
    Permission.ACT_IN_CONSORTIUM,
}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: frozenset(
        {Permission.ADMIT_MEMBER, Permission.FOLLOW_TENDER, Permission.SET_POLICY} | _MONEY
    ),
    Role.TREASURER: frozenset(_MONEY),
    Role.MEMBER: frozenset(_COMPANY),
    Role.VIEWER: frozenset(),
}


class ActsForNoCompany(Forbidden):
    """The act is a company's, and the caller acts for none."""

    code = "acts_for_no_company"
    title = "Cette action se fait au nom d'une entreprise : connectez-vous pour l'une d'elles."


def require(actor: Actor, permission: Permission) -> None:
    """Raise Forbidden unless the actor's role has the permission."""
    if permission not in ALLOWED[actor.role]:
        raise Forbidden
    if permission in _COMPANY - {Permission.FOLLOW_TENDER} and actor.member_id is None:
        raise ActsForNoCompany
