"""When a composition may change, and on which ground (R2142-26; R2194-6 once it is signed)."""

from datetime import date
from enum import StrEnum

from app.consortia.domain.states import OVER, SIGNED, State
from app.kernel.errors import Conflict, Forbidden, Invalid

NEGOTIATION_SINCE = date(2025, 1, 1)
"""Calls launched from this day on may see a composition change during a negotiation (R2142-26)."""


class RoundGround(StrEnum):
    """Why a bid that is out is written anew."""

    NEGOTIATION = "negotiation"
    COMPOSITION = "composition"
    """The buyer let the composition change: parts are written anew, and nothing by itself."""
    CLARIFICATION = "clarification"
    """Set right with the buyer, without negotiating (R2152-13)."""


class FailureKind(StrEnum):
    """How a company drops out once the composition is frozen."""

    WITHDRAWAL = "withdrawal"
    DEFAULT = "default"


class ChangeGround(StrEnum):
    """Why a frozen composition changes all the same."""

    RESTRUCTURING = "restructuring"
    UNABLE = "unable"
    NEGOTIATION = "negotiation"
    REVIEW_CLAUSE = "review_clause"


BEFORE_SIGNATURE = frozenset(
    {ChangeGround.RESTRUCTURING, ChangeGround.UNABLE, ChangeGround.NEGOTIATION}
)
AFTER_SIGNATURE = frozenset({ChangeGround.REVIEW_CLAUSE, ChangeGround.RESTRUCTURING})


def check_change(
    ground: ChangeGround,
    state: State,
    *,
    frozen: bool,
    negotiated: bool,
    launched_on: date | None,
) -> None:
    """Raise CompositionClosed, NotFrozen or UnlawfulChange unless the ground holds here.

    ``frozen``: an application or a bid is out. ``negotiated`` and ``launched_on`` are the
    tender's.
    """
    if state in OVER:
        raise CompositionClosed
    if state in SIGNED:
        if ground not in AFTER_SIGNATURE:
            raise UnlawfulChange(_AFTER)
        return
    if not frozen:
        raise NotFrozen
    if ground not in BEFORE_SIGNATURE:
        raise UnlawfulChange(_BEFORE)
    since = launched_on is not None and launched_on >= NEGOTIATION_SINCE
    if ground == ChangeGround.NEGOTIATION and not (negotiated and since):
        raise UnlawfulChange(_NEGOTIATION)


_BEFORE = (
    "Avant la signature, la composition change pour une restructuration (restructuring), pour une "
    "entreprise empêchée sans son fait (unable), ou au cours d'une négociation (negotiation) : "
    "CCP R2142-26."
)
_AFTER = (
    "Après la signature, le titulaire change par une clause de réexamen (review_clause) ou une "
    "restructuration (restructuring) : CCP R2194-6."
)
_NEGOTIATION = (
    "La composition ne change au cours d'une procédure avec négociation que si la consultation a "
    "été lancée depuis le 1er janvier 2025 (CCP R2142-26) : dites-le d'abord dans les règles de la "
    "consultation (negotiated, launched_on)."
)


def require_one_change(leaving: object, joining: object) -> None:
    """Raise Invalid unless someone leaves or comes in."""
    if leaving is None and joining is None:
        raise Invalid.at("/leaving_id", "missing", "Dites qui sort, qui entre, ou les deux.")


class CompositionFrozen(Conflict):
    """Composition is frozen from application to signature (R2142-26)."""

    code = "composition_frozen"
    title = (
        "La candidature est déposée : la composition du groupement ne change plus jusqu'à la "
        "signature, sauf les exceptions de l'article R2142-26 du CCP, à consigner comme telles."
    )


class CompositionClosed(Conflict):
    """It is over."""

    code = "composition_closed"
    title = "Ce groupement est terminé : sa composition ne change plus."


class NotFrozen(Conflict):
    """Before an application goes out, companies come and go by their own word."""

    code = "not_frozen"
    title = (
        "La composition est encore libre : invitez une entreprise, ou laissez-la se retirer, sans "
        "motif (CCP R2142-26)."
    )


class UnlawfulChange(Conflict):
    """Another ground than those of the law."""

    code = "unlawful_change"
    title = "Ce motif ne permet pas de changer la composition à ce stade."


class ApplicationExists(Conflict):
    """One application per joint answer."""

    code = "application_exists"
    title = "La candidature de ce groupement est déjà enregistrée."


class AlreadyFailed(Conflict):
    """A company drops out once."""

    code = "already_failed"
    title = "La défaillance ou le retrait de cette entreprise est déjà consigné."


class NotForYou(Forbidden):
    """A withdrawal is one's own word; a default is the others' to record."""

    code = "not_for_you"
    title = "Le retrait se consigne par l'entreprise elle-même, sa défaillance par une autre."


class RoundNotOpen(Conflict):
    """A round follows a bid that is out and that nothing has decided."""

    code = "round_not_open"
    title = "Un tour s'ouvre après le dépôt de l'offre et avant toute attribution."


class NotYourSuccession(Forbidden):
    """The lead offers its place, or the others once it has failed; who is offered it takes it."""

    code = "not_your_succession"
    title = (
        "Le mandataire propose sa succession (les autres membres, s'il est défaillant), et "
        "l'entreprise désignée l'accepte elle-même."
    )


class SuccessionTaken(Conflict):
    """Offered once, taken once; a lead that changed since makes the offer void."""

    code = "succession_taken"
    title = "Cette succession est déjà acceptée, ou le mandataire a changé depuis."


class SuccessionUnaccepted(Conflict):
    """Once the composition is frozen, the buyer accepts the new lead first (R2142-26)."""

    code = "succession_unaccepted"
    title = (
        "La candidature est déposée : le changement de mandataire demande l'accord de l'acheteur "
        "(CCP R2142-26). Donnez sa date (accepted_on)."
    )
