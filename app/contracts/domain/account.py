"""The joint account: transit money, that returns to zero (DOMAIN 3, end; 5.9).

What stands on it is each party's, invoice by invoice; the lead owns its own part alone. It is no
account of the cluster's books.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.contracts.domain.errors import AccountShort
from app.kernel.words import euros


@dataclass(frozen=True, slots=True)
class Movement:
    """Money in (above zero) or out for an invoice; ``tax_cents`` moves with ``amount_cents``."""

    invoice_id: UUID
    party_id: UUID
    on: date
    amount_cents: int
    tax_cents: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What stands on the account, in cents: excluding tax, and the tax with it."""

    amount_cents: int = 0
    tax_cents: int = 0

    def __add__(self, other: "Owed") -> "Owed":
        """Together."""
        return Owed(self.amount_cents + other.amount_cents, self.tax_cents + other.tax_cents)

    @property
    def total_cents(self) -> int:
        """What the bank shows."""
        return self.amount_cents + self.tax_cents

    def tax_of(self, amount_cents: int, usual_cents: int) -> int:
        """The tax that goes out with an amount, the usual one; with the last cent, all of it.

        So that partial transfers, each rounded, bring the account to zero exactly.
        """
        if amount_cents == self.amount_cents:
            return self.tax_cents
        return min(usual_cents, self.tax_cents)

    def check(self, amount_cents: int) -> None:
        """Raise AccountShort when more would go out than came in for it."""
        if amount_cents > self.amount_cents:
            raise AccountShort(
                f"Le compte joint ne porte que {euros(self.amount_cents)} hors taxes pour cette "
                "facture : enregistrez d'abord le paiement de l'acheteur."
            )


def owed_by_party(movements: Iterable[Movement]) -> dict[UUID, Owed]:
    """Whose money stands on the account; they sum to its balance, to the cent."""
    return _sums(movements, "party_id")


def owed_by_invoice(movements: Iterable[Movement]) -> dict[UUID, Owed]:
    """The same by invoice."""
    return _sums(movements, "invoice_id")


def _sums(movements: Iterable[Movement], by: str) -> dict[UUID, Owed]:
    sums: dict[UUID, Owed] = defaultdict(Owed)
    for one in movements:
        sums[getattr(one, by)] += Owed(one.amount_cents, one.tax_cents)
    return {key: owed for key, owed in sorted(sums.items()) if owed != Owed()}


def standing_since(movements: Sequence[Movement]) -> date | None:
    """The day of the oldest receipt of which something still stands; None when it is empty.

    What goes out takes the oldest of its invoice first.
    """
    days = [
        day
        for invoice_id in owed_by_invoice(movements)
        if (day := _oldest([one for one in movements if one.invoice_id == invoice_id]))
    ]
    return min(days, default=None)


def _oldest(movements: Sequence[Movement]) -> date | None:
    came: dict[date, int] = defaultdict(int)
    gone = 0
    for one in movements:
        if one.amount_cents + one.tax_cents > 0:
            came[one.on] += one.amount_cents + one.tax_cents
        else:
            gone -= one.amount_cents + one.tax_cents
    for day, cents in sorted(came.items()):
        if cents > gone:
            return day
        gone -= cents
    return None


@dataclass(frozen=True, slots=True)
class AccountState:
    """The account on a day."""

    balance: Owed
    owed: Mapping[UUID, Owed]
    since: date | None
    empty_by: date | None
    overdue: bool


def state_of(movements: Sequence[Movement], days: int, today: date) -> AccountState:
    """The account as it stands; overdue when money stands longer than ``days``."""
    owed = owed_by_party(movements)
    since = standing_since(movements)
    by = since + timedelta(days=days) if since else None
    return AccountState(sum(owed.values(), Owed()), owed, since, by, by is not None and today > by)
