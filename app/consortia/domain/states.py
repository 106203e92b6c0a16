"""What a joint answer, its parties and its lots can be."""

from enum import StrEnum


class Form(StrEnum):
    """How parties are bound to the buyer (R2142-20, R2142-24)."""

    CONJOINT = "conjoint"
    CONJOINT_LIABLE_LEAD = "conjoint_liable_lead"
    SOLIDAIRE = "solidaire"


class State(StrEnum):
    """How far a joint answer has come."""

    FORMING = "forming"
    PROPOSED = "proposed"
    AGREED = "agreed"
    SUBMITTED = "submitted"
    WON = "won"
    LOST = "lost"


class PartyRole(StrEnum):
    """What a party is in the consortium."""

    LEAD = "lead"
    CO_CONTRACTOR = "co_contractor"


class Outcome(StrEnum):
    """What became of a bid on a lot."""

    WON = "won"
    LOST = "lost"
