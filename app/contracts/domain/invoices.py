"""What a party bills the buyer (situations), and what of it may be paid."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.contracts.domain.errors import (
    BeyondApproved,
    InvoicedBeyondPart,
    InvoiceUnclear,
    NotApproved,
)
from app.kernel.errors import Fault
from app.kernel.money import share
from app.kernel.words import euros


class InvoiceKind(StrEnum):
    """What is billed."""

    NORMAL = "normal"
    ADVANCE = "advance"
    """Paid before the work (R2191-3); what the recoveries take back."""
    ADVANCE_RECOVERY = "advance_recovery"
    """Takes an advance back on later invoices (R2191-11)."""
    REVISION = "revision"
    """The price follows an index (R2112-13)."""
    PENALTY = "penalty"
    """What the buyer holds back, assigned to a party by the lead."""


BELOW_ZERO = frozenset({InvoiceKind.ADVANCE_RECOVERY, InvoiceKind.PENALTY})
EITHER_WAY = frozenset({InvoiceKind.REVISION})
OF_THE_PART = frozenset({InvoiceKind.NORMAL, InvoiceKind.ADVANCE, InvoiceKind.ADVANCE_RECOVERY})
"""What counts against a party's part: prices revised and penalties move beside it."""
EXPLAINED = frozenset({InvoiceKind.REVISION, InvoiceKind.PENALTY})
"""Kinds that say why: the index and its values, the delay."""


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice of a party: cents excluding tax, VAT in basis points (0 to 10,000)."""

    party_id: UUID
    kind: InvoiceKind
    number: str
    period_from: date | None
    period_to: date | None
    issued_on: date
    amount_cents: int
    vat_bps: int
    note: str | None

    @property
    def tax_cents(self) -> int:
        """Its VAT, rounded once."""
        return share(self.amount_cents, self.vat_bps)

    def check(self) -> None:
        """Raise InvoiceUnclear with all that is wrong."""
        faults = []
        below = self.kind in BELOW_ZERO
        if self.kind not in EITHER_WAY and (self.amount_cents < 0) != below:
            message = (
                "Une pénalité et une reprise d'avance sont négatives."
                if below
                else "Seules une pénalité, une reprise d'avance et une révision sont négatives."
            )
            faults.append(Fault("/amount_cents", "wrong_sign", message))
        if self.kind in EXPLAINED and not self.note:
            message = "Dites pourquoi : l'indice et ses valeurs, ou le motif de la pénalité."
            faults.append(Fault("/note", "missing", message))
        if self.kind == InvoiceKind.PENALTY and self.vat_bps:
            message = "Une pénalité est hors du champ de la TVA."
            faults.append(Fault("/vat_bps", "unexpected", message))
        if self.period_from and self.period_to and self.period_to < self.period_from:
            message = "La période finit avant de commencer."
            faults.append(Fault("/period_to", "before_its_start", message))
        if faults:
            raise InvoiceUnclear(None, tuple(faults))


def check_part(part_cents: int, invoiced_cents: int, adding_cents: int) -> None:
    """Raise InvoicedBeyondPart when a party bills more than its part."""
    if adding_cents > 0 and invoiced_cents + adding_cents > part_cents:
        raise InvoicedBeyondPart(
            f"Le total facturé ferait {euros(invoiced_cents + adding_cents)} pour une part de "
            f"{euros(part_cents)} : il faut un avenant (CCP R2194-1 et suivants), ou confirmez "
            "avec « beyond_part »."
        )


@dataclass(frozen=True, slots=True)
class Payable:
    """What was approved and what was paid, in cents excluding tax: of an invoice, of its party.

    A party's is less its penalties and recoveries: the buyer holds them back.
    """

    invoice_cents: int
    invoice_paid_cents: int
    party_cents: int
    party_paid_cents: int
    approved: bool
    """Whether the invoice itself stands, was approved, and is no one's due to the buyer."""

    def left(self, of_party_cents: int = 0) -> int:
        """What may still be paid on the invoice; ``of_party_cents`` comes in on others."""
        of_invoice = self.invoice_cents - self.invoice_paid_cents
        of_party = self.party_cents - self.party_paid_cents - of_party_cents
        return max(0, min(of_invoice, of_party))

    def require_approved(self) -> None:
        """Raise NotApproved on an invoice that nobody pays."""
        if not self.approved:
            raise NotApproved

    def check(self, adding_cents: int, of_party_cents: int = 0) -> None:
        """Raise BeyondApproved when more comes in than what was approved.

        ``of_party_cents``: what comes in with it on other invoices of the party.
        """
        left = self.left(of_party_cents)
        if adding_cents > left:
            raise BeyondApproved(
                f"Il reste {euros(left)} à payer sur ce qui est approuvé, pénalités déduites "
                "(CCP R2142-24) : si davantage est bien arrivé, confirmez avec "
                "« beyond_approved »."
            )
