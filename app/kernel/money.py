"""Integer cents, exact shares, exact allotment.

Amounts are integers of the currency's minor unit; shares are basis points (10,000 = 100 %).
Nothing here ever passes through a float: ``int(0.29 * 100)`` is 28.
"""

from collections.abc import Sequence
from dataclasses import dataclass

BPS_WHOLE = 10_000
"""Basis points in a whole (100 %)."""

MAX_CENTS = 10**15
"""Bound of a single amount: ten thousand billion euros; sums of a thousand such fit in a bigint."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in integer cents (may be negative, e.g. a credit note) and an ISO 4217 code."""

    amount_cents: int
    currency: str = "EUR"

    def __add__(self, other: "Money") -> "Money":
        """Add two amounts of one currency; raises ``ValueError`` when currencies differ."""
        if other.currency != self.currency:
            raise ValueError("amounts of two currencies cannot be added")
        return Money(self.amount_cents + other.amount_cents, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Subtract; raises ``ValueError`` when currencies differ."""
        return self + Money(-other.amount_cents, other.currency)


def allot(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Share ``total_cents`` in proportion to ``weights``; the parts sum to the total, always.

    Largest remainder (Hamilton's method); equal remainders go to the earlier weight, so the
    same input gives the same cents for ever. A negative total is allotted as its opposite.

    Raises ``ValueError`` on a negative weight, or when no weight is positive.
    """
    whole = sum(weights)
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative, and one at least must be positive")
    if total_cents < 0:
        return [-part for part in allot(-total_cents, weights)]
    parts = [total_cents * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda i: (-(total_cents * weights[i] % whole), i)
    )
    for index in by_remainder[: total_cents - sum(parts)]:
        parts[index] += 1
    return parts


def share(base_cents: int, bps: int) -> int:
    """``bps`` of ``base_cents``, rounded half up (away from zero) to the cent, once.

    Half up is what French invoicing practice expects; it is symmetric so that a credit note
    cancels its charge to the cent. Raises ``ValueError`` on a negative rate.
    """
    if bps < 0:
        raise ValueError("a rate is never negative")
    return half_up(base_cents * bps, BPS_WHOLE)


def half_up(amount: int, by: int) -> int:
    """``amount`` divided by ``by`` (above zero), rounded half up, away from zero."""
    if amount < 0:
        return -half_up(-amount, by)
    return (2 * amount + by) // (2 * by)
