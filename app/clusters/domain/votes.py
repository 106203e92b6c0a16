"""The rule by which members admit a company, in exact integers."""

from dataclasses import dataclass
from enum import StrEnum

from app.kernel.money import BPS_WHOLE


class Choice(StrEnum):
    """A member company's word on a candidacy."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class Verdict(StrEnum):
    """What became of a candidacy."""

    ADMITTED = "admitted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Tally:
    """The ballots of a candidacy; ``electorate`` counts who could vote, voters among them."""

    votes_for: int
    votes_against: int
    abstentions: int
    electorate: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What admits: ``quorum_bps`` of the electorate took part, abstentions included, and

    ``majority_bps`` of those for or against are for. More must be for than against, whatever the
    majority: a tie refuses. Both are basis points, compared without division (two thirds are
    6,666: 6,667 would refuse two votes of three).
    """

    quorum_bps: int
    majority_bps: int

    def decide(self, tally: Tally) -> Verdict:
        """The verdict of a tally."""
        expressed = tally.votes_for + tally.votes_against
        quorate = (expressed + tally.abstentions) * BPS_WHOLE >= self.quorum_bps * tally.electorate
        adopted = (
            tally.votes_for > tally.votes_against
            and tally.votes_for * BPS_WHOLE >= self.majority_bps * expressed
        )
        return Verdict.ADMITTED if quorate and adopted else Verdict.REFUSED
