"""Who may do what inside a joint answer."""

from collections.abc import Sequence

from app.consortia import domain
from app.consortia.models import Consortium, Party
from app.kernel.access import Permission, require
from app.kernel.actor import Actor


def require_lead(actor: Actor, consortium: Consortium) -> None:
    """Raise NotLead unless the caller commits the lead."""
    require(actor, Permission.COMMIT_COMPANY)
    if consortium.lead_member_id != actor.member_id:
        raise domain.NotLead


def own_party(actor: Actor, parties: Sequence[Party], permission: Permission) -> Party:
    """The holder that the caller acts for; raises Forbidden, NotParty."""
    require(actor, permission)
    for party in parties:
        if party.holds and party.member_id == actor.member_id:
            return party
    raise domain.NotParty
