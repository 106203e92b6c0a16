"""What a joint answer, its parties and its lots can be."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How parties are bound to the buyer (R2142-20, R2142-24)."""

    CONJOINT = "conjoint"
    CONJOINT_LIABLE_LEAD = "conjoint_liable_lead"
    SOLIDAIRE = "solidaire"


FORMS = {
    Form.CONJOINT: "groupement conjoint",
    Form.CONJOINT_LIABLE_LEAD: "groupement conjoint avec mandataire solidaire",
    Form.SOLIDAIRE: "groupement solidaire",
}
"""What people call them."""


class State(StrEnum):
    """How far a joint answer has come."""

    FORMING = "forming"
    PROPOSED = "proposed"
    AGREED = "agreed"
    SUBMITTED = "submitted"
    WON = "won"
    LOST = "lost"
    NO_AWARD = "no_award"
    """The buyer gave up, or nobody's bid was fit (R2185-1, R2185-2)."""
    SIGNED = "signed"
    RUNNING = "running"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    """The parties gave up."""


HAS_WON = frozenset({State.WON, State.SIGNED, State.RUNNING, State.CLOSED})
"""States in which a lot is won, and amounts of it are open to who oversees the cluster."""
SIGNED = frozenset({State.SIGNED, State.RUNNING})
"""States in which a contract binds: it is amended or ended, never undone."""
OVER = frozenset({State.LOST, State.NO_AWARD, State.WITHDRAWN, State.CLOSED})
"""States from which nothing follows but the correction of an outcome."""
WITHDRAWABLE = frozenset({State.FORMING, State.PROPOSED, State.AGREED, State.SUBMITTED, State.WON})
"""Before the contract is signed: after it, a contract is ended and not withdrawn from."""
DECIDED = frozenset({State.WON, State.LOST, State.NO_AWARD})


class Outcome(StrEnum):
    """What became of a bid on a lot."""

    WON = "won"
    LOST = "lost"
    NO_AWARD = "no_award"
    """Declared without follow-up, or unsuccessful (R2185-1, R2185-2)."""


@dataclass(frozen=True, slots=True)
class OutcomeDetails:
    """What a bidder is told of an outcome; scores in hundredths of a point, 0 to 1,000 points."""

    winner: str | None = None
    score_hundredths: int | None = None
    winner_score_hundredths: int | None = None
    reason: str | None = None


UNSAID = OutcomeDetails()
"""The buyer has told nothing yet."""


def decided(outcomes: Collection[Outcome], lots: int) -> State:
    """The state that the outcomes of ``lots`` lots amount to.

    One lot won is won; without any, undecided lots leave all open.
    """
    if Outcome.WON in outcomes:
        return State.WON
    if len(outcomes) < lots:
        return State.SUBMITTED
    return State.LOST if Outcome.LOST in outcomes else State.NO_AWARD
