"""What a company is to its cluster, and what leads from one to the other."""

from datetime import date
from enum import StrEnum

from app.clusters.domain.errors import WrongStanding
from app.kernel.days import not_in_future
from app.kernel.errors import Invalid


class State(StrEnum):
    """What a company is to the cluster at present."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"
    MERGED = "merged"


class Kind(StrEnum):
    """What happened to a company's standing."""

    ADMITTED = "admitted"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    LEFT = "left"
    MERGED = "merged"


_FROM: dict[Kind, frozenset[State]] = {
    Kind.ADMITTED: frozenset({State.LEFT}),
    Kind.SUSPENDED: frozenset({State.ACTIVE}),
    Kind.REINSTATED: frozenset({State.SUSPENDED}),
    Kind.LEFT: frozenset({State.ACTIVE, State.SUSPENDED}),
    Kind.MERGED: frozenset({State.ACTIVE, State.SUSPENDED}),
}


def check_move(state: str, kind: Kind) -> None:
    """Raise WrongStanding unless ``kind`` may happen to a company in ``state``.

    A merged company is no more: nothing leads back from there.
    """
    if state not in _FROM[kind]:
        raise WrongStanding


def check_day(day: date, today: date, *, not_before: date) -> None:
    """Raise Invalid for a day to come, or before what it follows; ``today`` is in UTC.

    What is to come is recorded on its day: until then the company is what it was.
    """
    hint = "Cette date est encore à venir : notez le fait à son jour."
    not_in_future(day, today, "/on", hint)
    if day < not_before:
        message = "Cette date précède le dernier fait connu de cette entreprise."
        raise Invalid.at("/on", "too_early", message)
