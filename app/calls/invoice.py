"""What a call's file says, in words and in data: one set of facts for both."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.calls.domain import MENTIONS, Kind, Subject, Vat, label_of, reference_of
from app.calls.models import Call, CallLine

NATURE = "Catégorie de l'opération : prestation de services."
"""242 nonies A, I-7° bis, annexe II CGI."""
LATE = (
    "Pénalités de retard, dès le lendemain de l'échéance : taux de la Banque centrale européenne"
    " majoré de 10 points (article L441-10, II, code de commerce)."
)
RECOVERY = "Indemnité forfaitaire de recouvrement : 40 € (article D441-5 code de commerce)."
NO_DISCOUNT = "Pas d'escompte pour paiement anticipé."
_PLACE = re.compile(r"([0-9]{5}) +(.+)")
COUNTRY = "FR"
TITLES = {
    Subject.CONTRIBUTIONS: "Contributions des membres",
    Subject.FEES: "Cotisation annuelle",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A postal address in France."""

    lines: tuple[str, ...]
    postcode: str | None
    city: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """Who bills, or who is billed."""

    name: str
    legal_form: str | None
    siren: str
    place: Place


@dataclass(frozen=True, slots=True)
class Item:
    """A line, in cents before tax, and its part of the tax."""

    label: str
    net_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """A call or a credit note. Amounts of a credit note are above zero: it takes them back."""

    credit: bool
    number: str
    reference: str
    subject: Subject
    issued_on: date
    due_on: date
    seller: Side
    vat_number: str | None
    iban: str | None
    bic: str | None
    buyer: Side
    items: tuple[Item, ...]
    vat: Vat
    vat_bps: int
    net_cents: int
    vat_cents: int
    corrects: tuple[tuple[str, date], ...]
    reason: str | None

    @property
    def gross_cents(self) -> int:
        """With tax."""
        return self.net_cents + self.vat_cents

    @property
    def mention(self) -> str | None:
        """Why there is no tax."""
        return MENTIONS[self.vat]


def place_of(address: str | None, city: str | None) -> Place:
    """An address as people write it: its last line is the place, if it has a postcode."""
    lines = [one.strip() for one in (address or "").splitlines() if one.strip()]
    found = _PLACE.fullmatch(lines[-1]) if lines else None
    if found:
        return Place(tuple(lines[:-1]), found[1], found[2])
    return Place(tuple(lines), None, city)


def invoice_of(call: Call, lines: Sequence[CallLine], corrects: Sequence[Call]) -> Invoice:
    """The facts of a call; ``corrects`` are the calls that it takes back, whole or in part."""
    sign = -1 if call.kind == Kind.CREDIT_NOTE else 1
    return Invoice(
        credit=sign < 0,
        number=label_of(call.year, call.number),
        reference=reference_of(call.year, call.number),
        subject=Subject(call.subject),
        issued_on=call.issued_on,
        due_on=call.due_on,
        seller=_side(call.seller),
        vat_number=call.seller["vat_number"],
        iban=call.seller["iban"],
        bic=call.seller["bic"],
        buyer=_side(call.buyer),
        items=tuple(Item(one.label, sign * one.net_cents, sign * one.vat_cents) for one in lines),
        vat=Vat(call.vat),
        vat_bps=call.vat_bps,
        net_cents=sign * call.net_cents,
        vat_cents=sign * call.vat_cents,
        corrects=tuple((label_of(one.year, one.number), one.issued_on) for one in corrects),
        reason=call.reason,
    )


def _side(said: dict[str, Any]) -> Side:
    return Side(
        said["name"],
        said["legal_form"],
        said["siren"],
        place_of(said["address"], said.get("city")),
    )
