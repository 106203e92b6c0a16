"""The arithmetic of a contribution: lines of base, rate and amount.

One rounding per line (S17, ``kernel.money.share``). A flow below zero (a credit note, an
amendment that takes away) takes back the newest lines first, each at its own rate, and the
total never falls below zero (DOMAIN.md 5.8).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from uuid import UUID

from app.kernel.money import share


@dataclass(frozen=True, slots=True)
class Terms:
    """A rate in basis points and the version of the policy that says so."""

    bps: int
    policy_id: UUID
    policy_version: int


@dataclass(frozen=True, slots=True)
class Line:
    """A contribution of ``amount_cents`` on ``base_cents``; both below zero when taken back."""

    base_cents: int
    amount_cents: int
    terms: Terms


def line(base_cents: int, terms: Terms) -> Line:
    """The contribution on a base, rounded half up to the cent, by itself (S17).

    So twenty receipts of 3 cents at 15 % owe 0 each, and not 9 cents on 60: each line stands
    alone, and can be computed again by hand from what it shows. Half a cent per receipt, either
    way, is the price of that.
    """
    return Line(base_cents, share(base_cents, terms.bps), terms)


def lines_for(
    history: Sequence[Line], received_cents: int, base_cents: int, terms: Terms
) -> list[Line]:
    """What a flow of ``base_cents`` adds to ``history``, oldest first: one line at least.

    ``received_cents`` is the sum of the flows so far, which a large credit note can bring below
    zero; nothing is charged until later flows have made up for it. A flow above zero is charged
    at ``terms``. One below zero is charged at the rates of the lines that it takes back, one
    line per rate.
    """
    before = max(0, received_cents)
    after = max(0, received_cents + base_cents)
    if after >= before:
        return [line(after - before, terms)]
    taken = _peel(_open(history), before - after)
    return [
        Line(
            -sum(one.base_cents for one in same),
            -sum(one.amount_cents for one in same),
            rate,
        )
        for rate, group in groupby(taken, key=lambda one: one.terms)
        for same in [list(group)]
    ]


def _open(history: Sequence[Line]) -> list[Line]:
    """What is left of the lines above zero, once those below zero have taken from them."""
    stack: list[Line] = []
    for one in history:
        if one.base_cents >= 0:
            stack.append(one)
        else:
            _peel(stack, -one.base_cents)
    return stack


def _peel(stack: list[Line], base_cents: int) -> list[Line]:
    """Take ``base_cents`` off the newest lines; a line taken whole goes to the cent."""
    taken = []
    while base_cents > 0:
        newest = stack.pop()
        part = newest
        if base_cents < newest.base_cents:
            amount = min(share(base_cents, newest.terms.bps), newest.amount_cents)
            part = replace(newest, base_cents=base_cents, amount_cents=amount)
            rest_cents = newest.base_cents - part.base_cents
            stack.append(
                replace(newest, base_cents=rest_cents, amount_cents=newest.amount_cents - amount)
            )
        taken.append(part)
        base_cents -= part.base_cents
    return taken
