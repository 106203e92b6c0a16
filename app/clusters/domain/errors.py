"""What the tenant refuses."""

from app.kernel.errors import AppError, Conflict, Forbidden, Invalid


class ClusterExists(Conflict):
    """One slug, one cluster."""

    code = "cluster_exists"
    title = "Un regroupement porte déjà ce nom court."


class BadSlug(Invalid):
    """Typed in commands: plain letters only."""

    code = "bad_slug"
    title = "Un nom court a de 2 à 40 signes : lettres minuscules, chiffres, tirets."


class UnknownZone(Invalid):
    """Deadlines are told in it."""

    code = "unknown_zone"
    title = "Ce fuseau horaire est inconnu : il faut un nom IANA, comme Europe/Paris."


class MemberExists(Conflict):
    """One SIREN, one member."""

    code = "member_exists"
    title = "Une entreprise du regroupement porte déjà ce SIREN."


class InvalidSiren(Invalid):
    """The number fails its check digit (Luhn; La Poste's SIRETs have their own rule)."""

    code = "invalid_siren"
    title = "Ce numéro SIREN ou SIRET est faux : vérifiez ses chiffres."


class NameMissing(Invalid):
    """Neither the caller nor the public register gave the company's name."""

    code = "name_missing"
    title = "Donnez le nom de l'entreprise : l'annuaire public ne l'a pas fourni."


class MemberNotActive(Forbidden):
    """A company that left or is suspended takes on nothing new; what runs goes on."""

    code = "member_not_active"
    title = "Votre entreprise n'est pas un membre actif : elle ne peut rien engager de nouveau."


class UnknownMember(AppError):
    """A company named in a request is no active member of the caller's cluster."""

    status, code = 422, "unknown_member"
    title = "Cette entreprise n'est pas un membre actif du regroupement."


class WrongStanding(Conflict):
    """The company is not in a state from which this leads."""

    code = "wrong_standing"
    title = "L'état de cette entreprise dans le regroupement ne permet pas cette action."


class MergedIntoItself(Invalid):
    """A merger has two sides."""

    code = "merged_into_itself"
    title = "Une entreprise ne fusionne pas avec elle-même."


class NothingChanges(Invalid):
    """Each value given is the present one."""

    code = "nothing_changes"
    title = "Aucune de ces valeurs ne diffère de l'actuelle."


class AdmissionByVote(Conflict):
    """The cluster's members decide who joins."""

    code = "admission_by_vote"
    title = "Ici les membres votent : présentez une candidature (POST /v1/candidacies)."


class CandidacyOpen(Conflict):
    """One SIREN, one candidacy at a time; and none is overtaken by a direct admission."""

    code = "candidacy_open"
    title = "La candidature de cette entreprise est en cours."


class NotPresenter(Forbidden):
    """Who presented a company takes its candidacy back, or the coordinator."""

    code = "not_presenter"
    title = "Seule l'entreprise qui a présenté cette candidature peut la retirer."


class CandidacyDecided(Conflict):
    """An end is final: a company that was refused or taken back is presented again."""

    code = "candidacy_decided"
    title = "Cette candidature est déjà décidée, ou retirée."


class NoVote(Conflict):
    """The coordinator decides this candidacy."""

    code = "no_vote"
    title = "Cette candidature n'est pas soumise au vote : la coordination en décide."


class VoteClosed(Conflict):
    """The time to vote is over; the coordinator closes the candidacy."""

    code = "vote_closed"
    title = "Le vote sur cette candidature est clos."


class VoteNotOver(Conflict):
    """Nothing is counted before everyone has voted or the time is over."""

    code = "vote_not_over"
    title = "Le vote court encore : attendez sa clôture, ou la voix de chaque membre actif."


class AlreadyVoted(Conflict):
    """One member company, one vote, final."""

    code = "already_voted"
    title = "Votre entreprise a déjà voté ; un vote est définitif."


class OutcomeGiven(Invalid):
    """The vote decides, not the coordinator."""

    code = "outcome_given"
    title = "Le vote décide : ne donnez pas d'issue (outcome)."


class OutcomeMissing(Invalid):
    """Without a vote, the coordinator decides."""

    code = "outcome_missing"
    title = "Donnez l'issue (outcome) : cette candidature n'est pas soumise au vote."
