"""What a joint answer refuses. Articles are those of the Code de la commande publique."""

from app.kernel.errors import Conflict, Forbidden, Invalid


class NotParty(Forbidden):
    """The caller sees the header, but is no party."""

    code = "not_party"
    title = "Seules les entreprises du groupement peuvent le faire."


class NotLead(Forbidden):
    """The act is the lead's (R2142-20)."""

    code = "not_lead"
    title = "Seul le mandataire du groupement peut le faire."


class NotYourPart(Forbidden):
    """A party speaks for itself; the lead may record for all."""

    code = "not_your_part"
    title = "Seuls l'entreprise concernée et le mandataire peuvent le faire."


class PartyExists(Conflict):
    """One company, one party."""

    code = "party_exists"
    title = "Cette entreprise est déjà du groupement, ou déjà invitée."


class NotInvited(Forbidden):
    """A company answers an invitation by its own word."""

    code = "not_invited"
    title = "Seule l'entreprise invitée répond à son invitation."


class NotYourParty(Forbidden):
    """A company leaves by its own word; the lead takes back what was not yet answered."""

    code = "not_your_party"
    title = "Seule l'entreprise elle-même se retire du groupement."


class AlreadyAnswered(Conflict):
    """An invitation is answered once."""

    code = "already_answered"
    title = "Cette invitation a déjà reçu sa réponse."


class AlreadyJoined(Conflict):
    """An invitation that was accepted is no longer the lead's to take back."""

    code = "already_joined"
    title = "Cette entreprise a accepté l'invitation : elle seule peut se retirer."


class InvitationPending(Conflict):
    """Nothing is proposed while a company has yet to answer."""

    code = "invitation_pending"
    title = (
        "Une entreprise invitée n'a pas encore répondu : attendez sa réponse, "
        "ou retirez l'invitation."
    )


class LeadStays(Conflict):
    """A consortium has a lead as long as it lasts (R2142-24)."""

    code = "lead_stays"
    title = "Le mandataire ne peut pas se retirer : un groupement en a toujours un (CCP R2142-24)."


class UnknownParty(Invalid):
    """The party is not one of this consortium's, or has yet to join."""

    code = "unknown_party"
    title = "Cette entreprise n'est pas du groupement, ou n'a pas encore accepté d'en être."


class LotNotAnswered(Invalid):
    """The lot is not one that this consortium answers."""

    code = "lot_not_answered"
    title = "Le groupement ne répond pas à ce lot."


class SplitNotExact(Invalid):
    """Parts must sum to the whole, exactly (DOMAIN 5.2)."""

    code = "split_not_exact"
    title = "La répartition doit faire exactement le total de chaque lot."


class SplitMissing(Conflict):
    """There is nothing to agree on yet (R2142-20: a conjoint group requires a split)."""

    code = "split_missing"
    title = "Écrivez d'abord la répartition de chaque lot (CCP R2142-20)."


class SplitFrozen(Conflict):
    """What was proposed for approval no longer changes."""

    code = "split_frozen"
    title = "La convention est proposée : retirez-la avant de changer le groupement."


class NotProposed(Conflict):
    """No agreement awaits approval."""

    code = "not_proposed"
    title = "Aucune convention n'attend d'approbation."


class AlreadyApproved(Conflict):
    """A party approves once."""

    code = "already_approved"
    title = "Votre entreprise a déjà approuvé cette convention."


class NotAgreed(Conflict):
    """Every party approves before the bid goes out."""

    code = "not_agreed"
    title = "Chaque entreprise doit avoir approuvé la convention avant le dépôt."


class AlreadySubmitted(Conflict):
    """A bid goes out once; a round opens it again."""

    code = "already_submitted"
    title = "L'offre est déjà déposée : ouvrez un tour pour la remettre à nouveau."


class TooLate(Conflict):
    """Late is out, by the second (R2143-2, R2151-5)."""

    code = "too_late"
    title = "Le dépôt s'est achevé après la date limite : l'offre serait hors délai (R2151-5)."


class NotSubmitted(Conflict):
    """No award without a bid."""

    code = "not_submitted"
    title = "Ce groupement n'a pas déposé d'offre : rien ne peut lui être attribué."


class AlreadyAwarded(Conflict):
    """One outcome per consortium and lot, one winner per lot."""

    code = "already_awarded"
    title = "Le sort de ce lot est déjà enregistré."


class AlreadySigned(Conflict):
    """What was signed is amended or ended, never undone."""

    code = "already_signed"
    title = (
        "Le marché est signé : il se modifie par avenant (CCP R2194-1 et suivants) ou prend fin, "
        "mais ne s'annule pas ici."
    )


class NothingToWithdraw(Conflict):
    """It is over already."""

    code = "nothing_to_withdraw"
    title = "Ce groupement est déjà terminé : il n'y a plus rien à retirer."


class AlreadyTakenBack(Conflict):
    """An outcome is taken back once."""

    code = "already_taken_back"
    title = "Ce résultat a déjà été annulé."


class MoneyCameIn(Conflict):
    """An outcome on which money came in is no slip."""

    code = "money_came_in"
    title = (
        "Des encaissements sont enregistrés sur ce lot : annulez-les d'abord, chacun par son "
        "contraire."
    )


class NotAwarded(Conflict):
    """Money comes in on a contract that was won."""

    code = "not_awarded"
    title = "Ce lot n'a pas été attribué au groupement : aucun encaissement possible."


class ReceiptExists(Conflict):
    """The same receipt declared by both sides is one flow (DOMAIN 5.7)."""

    code = "receipt_exists"
    title = "Cet encaissement est déjà enregistré sous cette référence."


class NoPart(Conflict):
    """Money comes in to those who hold a part of the awarded lot."""

    code = "no_part"
    title = "Cette entreprise n'a pas de part dans ce lot attribué."


class BeyondPart(Conflict):
    """More came in than the part: a slip, unless a revision or an amendment explains it."""

    code = "beyond_part"
    title = (
        "Le total encaissé dépasserait la part attribuée : si une révision de prix ou un avenant "
        "l'explique, confirmez avec « beyond_part »."
    )


class AlreadyReversed(Conflict):
    """A receipt is taken back once, and a reversal never."""

    code = "already_reversed"
    title = "Cet encaissement est déjà annulé, ou est lui-même une annulation."
