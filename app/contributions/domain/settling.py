"""Which payment settles which charge: the oldest first, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.kernel.errors import Conflict


class PaymentExists(Conflict):
    """One reference, one payment: the same transfer is not recorded twice."""

    code = "payment_exists"
    title = "Un paiement porte déjà cette référence."


@dataclass(frozen=True, slots=True)
class Item:
    """A charge or a payment of one member, and how much of it is settled, in cents.

    A charge below zero (a credit note) is settled below zero. ``on`` is the day that a charge
    fell due, or that a payment came in.
    """

    id: UUID
    on: date
    amount_cents: int
    settled_cents: int
    consortium_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """``amount_cents`` of a payment goes to a charge, or comes back when below zero."""

    payment: Item
    charge: Item
    amount_cents: int


def settle(charges: Sequence[Item], payments: Sequence[Item]) -> list[Match]:
    """Match what is open, both given oldest first.

    A credit note gives money back to payments that settled something; that money, like the
    rest of any payment, goes to the oldest open charges. In the end no charge is open while a
    payment has a rest, no charge is settled beyond its amount, and no payment gives more than
    it has or gets back more than it gave.
    """
    left = {charge.id: charge.amount_cents - charge.settled_cents for charge in charges}
    given = {payment.id: payment.settled_cents for payment in payments}
    # A credit note, or what a credit note on its tax has left settled beyond its amount.
    notes = [charge for charge in charges if left[charge.id] < 0]
    debits = [charge for charge in charges if left[charge.id] >= 0]
    moved: dict[tuple[Item, Item], int] = {}

    def move(payment: Item, charge: Item, amount: int) -> None:
        left[charge.id] -= amount
        given[payment.id] += amount
        moved[payment, charge] = moved.get((payment, charge), 0) + amount

    # A credit note and an open charge meet through any payment: it gets back what it gives on.
    # In one step: a cent that went to and fro would make two matches each time.
    for payment in payments[:1]:
        for note in notes:
            for debit in debits:
                if amount := min(-left[note.id], left[debit.id]):
                    move(payment, note, -amount)
                    move(payment, debit, amount)
    for charge in (*notes, *debits):
        for payment in payments:
            rest = payment.amount_cents - given[payment.id]
            if amount := max(-given[payment.id], min(left[charge.id], rest)):
                move(payment, charge, amount)
    return [Match(*pair, amount) for pair, amount in moved.items() if amount]
