"""A call as people read it, in French, with the mentions that the law asks for."""

from app.calls.domain import Vat
from app.calls.invoice import (
    LATE,
    NATURE,
    NO_DISCOUNT,
    RECOVERY,
    TITLES,
    Invoice,
    Side,
)
from app.forms.blocks import Block, Column, Fields, Heading, Paper, Para, Row, Table
from app.kernel.words import day, euros, percent


def sheet(invoice: Invoice) -> Paper:
    """The pages of a call (L441-9 code de commerce; 242 nonies A, annexe II CGI)."""
    kind = "Avoir" if invoice.credit else "Appel"
    return Paper(
        title=f"{kind} n° {invoice.number}",
        subtitle=TITLES[invoice.subject],
        group=invoice.seller.name,
        purpose="",
        blocks=(*_sides(invoice), _lines(invoice), *_payment(invoice), *_mentions(invoice)),
    )


def _sides(invoice: Invoice) -> tuple[Fields, ...]:
    seller = _named(invoice.seller)
    if invoice.vat_number and invoice.vat != Vat.OUTSIDE:
        seller += f"\nTVA {invoice.vat_number}"
    kind = "Avoir" if invoice.credit else "Facture"
    rows = [
        (f"{kind} émis{'' if invoice.credit else 'e'} le", day(invoice.issued_on)),
    ]
    if not invoice.credit:
        rows.append(("À payer avant le", day(invoice.due_on)))
    for number, issued_on in invoice.corrects:
        rows.append(("Rectifie la facture", f"n° {number} du {day(issued_on)}"))
    if invoice.reason:
        rows.append(("Motif", invoice.reason))
    return (
        Fields((("Émetteur", seller),)),
        Fields((("Destinataire", _named(invoice.buyer)),)),
        Fields(tuple(rows)),
    )


def _named(side: Side) -> str:
    place = " ".join(part for part in (side.place.postcode, side.place.city) if part)
    name = f"{side.name}, {side.legal_form}" if side.legal_form else side.name
    return "\n".join(
        part for part in (name, *side.place.lines, place, f"SIREN {side.siren}") if part
    )


def _lines(invoice: Invoice) -> Table:
    taxed = invoice.vat == Vat.STANDARD
    rows = [Row((one.label, "1", euros(one.net_cents))) for one in invoice.items]
    rows.append(Row(("Total hors taxe", "", euros(invoice.net_cents)), "total"))
    if taxed:
        tax = f"TVA {percent(invoice.vat_bps)}"
        rows.append(Row((tax, "", euros(invoice.vat_cents))))
    due = "À vous devoir" if invoice.credit else "À payer"
    total = f"{due}, toutes taxes comprises" if taxed else due
    rows.append(Row((total, "", euros(invoice.gross_cents)), "total"))
    columns = (
        Column("Désignation"),
        Column("Quantité", 0, "center"),
        Column("Montant hors taxe", 0, "right"),
    )
    return Table(columns, tuple(rows))


def _payment(invoice: Invoice) -> tuple[Block, ...]:
    if invoice.credit or invoice.iban is None:
        return ()
    spaced = " ".join(invoice.iban[at : at + 4] for at in range(0, len(invoice.iban), 4))
    rows = [("IBAN", spaced)]
    if invoice.bic:
        rows.append(("BIC", invoice.bic))
    rows.append(("Référence à rappeler", invoice.reference))
    return (Heading("Paiement par virement"), Fields(tuple(rows)))


def _mentions(invoice: Invoice) -> tuple[Block, ...]:
    said = [invoice.mention, NATURE]
    if not invoice.credit:
        said += [LATE, RECOVERY, NO_DISCOUNT]
    return tuple(Para(one, "small") for one in said if one)
