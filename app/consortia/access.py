"""Who may do what inside a joint answer."""

from collections.abc import Sequence

from app.clusters.access import Permission, require
from app.consortia import domain
from app.consortia.models import Consortium, Party
from app.kernel.actor import Actor


def require_lead(actor: Actor, consortium: Consortium) -> None:
    """Raise NotLead unless the caller acts for the lead."""
    require(actor, Permission.ACT_IN_CONSORTIUM)
    if consortium.lead_member_id != actor.member_id:
        raise domain.NotLead


def own_party(actor: Actor, parties: Sequence[Party]) -> Party:
    """The party that the caller acts for; raises NotParty."""
    require(actor, Permission.ACT_IN_CONSORTIUM)
    for party in parties:
        if party.member_id == actor.member_id:
            return party
    raise domain.NotParty
