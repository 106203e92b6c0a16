"""Accounts and entries: what needs no database.

Codes follow the French chart of accounts for associations (*plan comptable des associations*,
ANC 2018-06), so that the books can be handed to an accountant as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class Journal(StrEnum):
    """The journal that a transaction stands in, by its usual French code."""

    SALES = "VE"
    BANK = "BQ"
    OTHER = "OD"


@dataclass(frozen=True, slots=True)
class Account:
    """An account by its code; ``member_id`` on the auxiliary account of one member."""

    code: str
    name: str
    member_id: UUID | None = None


CONTRIBUTIONS = Account("706", "Prestations : contributions des membres")
FEES = Account("756", "Cotisations")
BANK = Account("512", "Banque")
ADVANCES = Account("4191", "Avances reçues des membres")
VAT_COLLECTED = Account("44571", "TVA collectée")


def receivable(member_id: UUID, siren: str, name: str) -> Account:
    """What one member owes (411): by SIREN, which a company keeps when its name changes."""
    return Account(f"411{siren}", f"Membre : {name}", member_id)


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount in cents, above zero, that leaves ``credit`` and enters ``debit``.

    Both sides in one row: books of such rows balance by construction. Raises ``ValueError`` on
    an amount that is not above zero, or when both sides are one account.
    """

    debit: Account
    credit: Account
    amount_cents: int
    currency: str = "EUR"

    def __post_init__(self) -> None:
        """Refuse what the database would refuse."""
        if self.amount_cents <= 0:
            raise ValueError("a posting is above zero: to reverse, swap the accounts")
        if self.debit.code == self.credit.code:
            raise ValueError("a posting moves an amount between two accounts")


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact to write: its journal, reference, day, memo, and one posting at least."""

    journal: Journal
    reference: str
    occurred_on: date
    memo: str
    postings: Sequence[Posting]


def moved(debit: Account, credit: Account, amount_cents: int) -> list[Posting]:
    """The posting of a signed amount: none at zero, sides swapped below zero."""
    if amount_cents == 0:
        return []
    if amount_cents < 0:
        debit, credit = credit, debit
    return [Posting(debit, credit, abs(amount_cents))]


def accounts_of(postings: Sequence[Posting]) -> list[Account]:
    """The accounts that the postings touch, each once, by code (the order of locking)."""
    by_code = {one.code: one for posting in postings for one in (posting.debit, posting.credit)}
    return [by_code[code] for code in sorted(by_code)]
