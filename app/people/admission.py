"""Rules of who comes in, as what, and who goes: no database needed."""

from datetime import timedelta
from uuid import UUID

from app.kernel.actor import OF_A_COMPANY, OF_THE_CLUSTER, Actor, Role
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound

INVITATION_LIFE = timedelta(days=7)
DAY = timedelta(days=1)
INVITATIONS_A_DAY = 3
"""To one address, of those that the inviter may see: what is taken back was mailed all the same."""
INVITATIONS_MAILED_A_DAY = 10
"""To one address by all of a cluster; none of its companies is told of the others' invitations."""


class UnusableLink(NotFound):
    """Used, expired, withdrawn or made up: all read the same."""

    code = "unusable_link"
    title = "Ce lien ne sert plus : utilisé, expiré ou retiré. Demandez-en un nouveau."


class NameAndPasswordNeeded(Invalid):
    """Whoever is new chooses both when accepting."""

    code = "name_and_password_needed"
    title = "Donnez un nom et un mot de passe : cette adresse n'a pas encore de compte."


class UnfitRole(Invalid):
    """Managers and contributors act for a company; who runs the cluster, for none."""

    code = "unfit_role"
    title = "Ce rôle ne va pas ici : certains sont d'une entreprise, d'autres du regroupement."


class AlreadyInvited(Conflict):
    """One living invitation for an address, a company and a role."""

    code = "already_invited"
    title = "Une invitation est déjà en cours : retirez-la pour en envoyer une autre."


class TooManyInvitations(Conflict):
    """Taking back and asking again would fill a mailbox."""

    code = "too_many_invitations"
    title = f"Pas plus de {INVITATIONS_A_DAY} invitations par jour à une même adresse."


class RoleHeld(Conflict):
    """The person has this very role already."""

    code = "role_held"
    title = "Cette personne a déjà ce rôle."


class InvitationEnded(Conflict):
    """Nothing is left to withdraw."""

    code = "invitation_ended"
    title = "Cette invitation a pris fin."


class LastCoordinator(Conflict):
    """A cluster without a coordinator could not name one."""

    code = "last_coordinator"
    title = "Un regroupement garde au moins un coordinateur : nommez-en un autre d'abord."


def company_of(actor: Actor, role: Role, asked: UUID | None) -> UUID | None:
    """The company that a newcomer acts for, when the actor may let them in as ``role``.

    ``asked`` is the company named; a manager's is their own without a word. Raises Forbidden,
    UnfitRole.
    """
    company = actor.member_id if asked is None else asked
    if actor.role is not Role.COORDINATOR and (
        company != actor.member_id or company is None or role in OF_THE_CLUSTER
    ):
        raise Forbidden
    if (role in OF_THE_CLUSTER and company) or (role in OF_A_COMPANY and not company):
        raise UnfitRole
    return company
