"""What each of our accounts is called in the accountant's books.

The defaults are those of the French chart of accounts (ANC 2014-03; ANC 2018-06 for
associations). Our own codes stay as they are: only what is exported bears the cluster's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.kernel.errors import Conflict, Invalid
from app.ledger.domain import ADVANCES, BANK, CONTRIBUTIONS, FEES, VAT_COLLECTED


class AccountRole(StrEnum):
    """What an account is for."""

    RECEIVABLE = "receivable"
    CONTRIBUTIONS = "contributions"
    FEES = "fees"
    BANK = "bank"
    ADVANCES = "advances"
    VAT_COLLECTED = "vat_collected"
    TO_BE_INVOICED = "to_be_invoiced"


@dataclass(frozen=True, slots=True)
class Named:
    """An account as it is exported."""

    code: str
    label: str


DEFAULTS: Mapping[AccountRole, Named] = {
    AccountRole.RECEIVABLE: Named("411", "Membres"),
    AccountRole.CONTRIBUTIONS: Named(CONTRIBUTIONS.code, CONTRIBUTIONS.name),
    AccountRole.FEES: Named(FEES.code, FEES.name),
    AccountRole.BANK: Named(BANK.code, BANK.name),
    AccountRole.ADVANCES: Named(ADVANCES.code, ADVANCES.name),
    AccountRole.VAT_COLLECTED: Named(VAT_COLLECTED.code, VAT_COLLECTED.name),
    AccountRole.TO_BE_INVOICED: Named("4181", "Membres : factures à établir"),
}
"""One for each role, until the cluster says otherwise."""

_ROLES = {DEFAULTS[role].code: role for role in AccountRole}
_CLASSES = {AccountRole.CONTRIBUTIONS: "7", AccountRole.FEES: "7", AccountRole.BANK: "5"}


class InvalidChart(Invalid):
    """The codes would mix what is apart, or stand in another class than what they are for."""

    code = "invalid_chart"
    title = "Ce plan de comptes ne convient pas."


class FiscalYearFixed(Conflict):
    """The first month would move while periods of the fiscal year are closed."""

    code = "fiscal_year_fixed"
    title = "Le premier mois de l'exercice ne change plus : une période est déjà clôturée."


class SirenMissing(Conflict):
    """The name of the file begins with the SIREN of whose books they are (A47 A-1)."""

    code = "cluster_siren_missing"
    title = "Indiquez d'abord le SIREN du regroupement dans le plan de comptes."


@dataclass(frozen=True, slots=True)
class Chart:
    """A version: 0 is the default, which nobody wrote. ``first_month`` is 1 to 12."""

    version: int = 0
    siren: str | None = None
    first_month: int = 1
    accounts: Mapping[AccountRole, Named] = field(default_factory=lambda: DEFAULTS)

    def named(self, code: str, name: str, *, of_member: bool) -> Named:
        """What one of our accounts is exported as: by its role; as it is when it has none."""
        role = AccountRole.RECEIVABLE if of_member else _ROLES.get(code)
        return self.accounts[role] if role else Named(code, name)

    def wire(self) -> dict[str, dict[str, str]]:
        """The accounts as JSON."""
        return {
            role.value: {"code": one.code, "label": one.label}
            for role, one in self.accounts.items()
        }


def accounts_from(stored: Mapping[str, Any]) -> dict[AccountRole, Named]:
    """The accounts of what ``wire`` gave; a role that is younger than it has its default."""
    return {
        role: Named(**stored[role.value]) if role.value in stored else DEFAULTS[role]
        for role in AccountRole
    }


def check_chart(accounts: Mapping[AccountRole, Named]) -> None:
    """Raise InvalidChart for a code outside of its class, or one for two accounts of balance.

    Revenue (class 7) may be one account; what is owed, held and due may not.
    """
    seen: dict[str, AccountRole] = {}
    for role, one in accounts.items():
        expected = _CLASSES.get(role, "4")
        pointer = f"/accounts/{role.value}/code"
        if not one.code.startswith(expected):
            message = f"Ce compte est de la classe {expected}."
            raise InvalidChart.at(pointer, "wrong_class", message)
        if expected != "7" and seen.setdefault(one.code, role) != role:
            raise InvalidChart.at(pointer, "used_twice", "Ce compte sert déjà à autre chose.")
