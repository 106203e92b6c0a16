"""Rules of flows between members. Standard library and kernel only.

Sources: DOMAIN.md 4 (S3 to S6) and 5 (5.7, 5.8). The number of an invoice is unique to its
seller (CGI, annexe II, 242 nonies A).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.kernel.days import not_in_future
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.kernel.money import MAX_CENTS

EARLIEST = date(2000, 1, 1)
"""Older than any cluster that uses this: a typing error."""


class Nature(StrEnum):
    """What a declared flow is (S4)."""

    CO_CONTRACTING = "co_contracting"
    BUSINESS = "business"


class Side(StrEnum):
    """Who says it."""

    SELLER = "seller"
    BUYER = "buyer"


class State(StrEnum):
    """How far the two sides agree."""

    MATCHED = "matched"
    DIFFERENCE = "difference"
    SELLER_ONLY = "seller_only"
    BUYER_ONLY = "buyer_only"
    REVERSED = "reversed"


class SaidOtherwise(Conflict):
    """One invoice, one word of each side: what was said is not said again differently."""

    code = "flow_said_otherwise"
    title = "Cette facture est déjà déclarée autrement : annulez-la, puis déclarez-la de nouveau."


class AlreadyReversed(Conflict):
    """A flow is reversed once."""

    code = "flow_reversed"
    title = "Ce flux est déjà annulé."


class CreditNotesStand(Conflict):
    """What credit notes correct is reversed after them."""

    code = "credit_notes_stand"
    title = "Des avoirs corrigent cette facture : annulez-les d'abord."


class OthersFlow(Forbidden):
    """What the seller has declared is the seller's to reverse, or the treasurer's."""

    code = "others_flow"
    title = "Le vendeur a déclaré cette facture : lui, ou la trésorerie, peut l'annuler."


@dataclass(frozen=True, slots=True)
class Statement:
    """What one side says of an invoice; ``amount_cents`` excludes tax, below zero on a credit note.

    ``counterpart_id`` is the other side, or the partner of an invoice to a client.
    """

    nature: Nature
    side: Side
    counterpart_id: UUID
    number: str
    invoiced_on: date
    amount_cents: int
    label: str | None = None
    corrects_id: UUID | None = None
    consortium_id: UUID | None = None

    def check(self, today: date) -> None:
        """Raise Invalid unless it can be true."""
        if self.amount_cents == 0:
            raise Invalid.at("/amount", "zero", "Une facture de zéro ne déclare rien.")
        if abs(self.amount_cents) > MAX_CENTS:
            message = "Un montant ne dépasse pas dix mille milliards d'euros."
            raise Invalid.at("/amount/amount_cents", "out_of_range", message)
        if (self.amount_cents < 0) != (self.corrects_id is not None):
            message = "Un avoir est négatif et nomme la facture qu'il corrige, lui seul."
            raise Invalid.at("/corrects_id", "credit_note", message)
        if self.nature == Nature.CO_CONTRACTING and self.side != Side.SELLER:
            message = "En cotraitance, chacun déclare ses propres factures au client."
            raise Invalid.at("/side", "not_the_seller", message)
        if self.invoiced_on < EARLIEST:
            message = f"Une facture date du {EARLIEST:%d/%m/%Y} au plus tôt."
            raise Invalid.at("/invoiced_on", "out_of_range", message)
        not_in_future(self.invoiced_on, today, "/invoiced_on")

    def ends(self, teller: UUID) -> tuple[UUID, UUID | None, UUID | None]:
        """Seller, buyer and partner; raises Invalid when both sides are one company."""
        if teller == self.counterpart_id:
            message = "Une facture va d'une entreprise à une autre."
            raise Invalid.at("/counterpart_id", "same_company", message)
        if self.nature == Nature.CO_CONTRACTING:
            return teller, None, self.counterpart_id
        if self.side == Side.SELLER:
            return teller, self.counterpart_id, None
        return self.counterpart_id, teller, None
