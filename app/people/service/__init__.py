"""Use cases of people and their credentials; a file for each noun."""

from app.people.service.invitations import (
    Newcomer,
    accept_invitation,
    invitation_letter,
    invite,
    withdraw_invitation,
)
from app.people.service.memberships import change_role, end_membership
from app.people.service.operator import disable_person, enable_person, reset_second_factor
from app.people.service.people import enrol_person
from app.people.service.resets import (
    accept_reset,
    ask_reset,
    change_password,
    changed_letter,
    reset_letter,
)
from app.people.service.tokens import create_token

__all__ = [
    "Newcomer",
    "accept_invitation",
    "accept_reset",
    "ask_reset",
    "change_password",
    "change_role",
    "changed_letter",
    "create_token",
    "disable_person",
    "enable_person",
    "end_membership",
    "enrol_person",
    "invitation_letter",
    "invite",
    "reset_letter",
    "reset_second_factor",
    "withdraw_invitation",
]
