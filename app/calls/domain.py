"""Rules of calls: who bills, which tax, exact sums. No input or output."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from stdnum import bic as bic_number
from stdnum import iban as iban_number
from stdnum.fr import siren as siren_number
from stdnum.fr import tva as vat_number
from stdnum.iso7064 import mod_97_10

from app.kernel.errors import Conflict, Invalid
from app.kernel.money import BPS_WHOLE
from app.kernel.words import day, percent

MOST_LINES = 5_000
"""Lines of one call: what is more waits for the next call, made at once."""
MOST_DUE_DAYS = 60
"""From the day of issue (L441-10, I, code de commerce)."""
STANDARD_VAT_BPS = 2_000
"""Article 278 CGI."""


class Subject(StrEnum):
    """What a call is for: each has a tax of its own, and calls of its own."""

    CONTRIBUTIONS = "contributions"
    FEES = "fees"


class Vat(StrEnum):
    """The tax on a subject (S16)."""

    STANDARD = "standard"
    EXEMPT = "exempt"
    FRANCHISE = "franchise"
    OUTSIDE = "outside"


MENTIONS = {
    Vat.STANDARD: None,
    Vat.EXEMPT: "Exonération de TVA : article 261, 7-1° du CGI.",
    Vat.FRANCHISE: "TVA non applicable : article 293 B du CGI.",
    Vat.OUTSIDE: "Hors du champ de la TVA : article 256 du CGI.",
}
"""What a call without tax says (242 nonies A, I-9°, annexe II CGI)."""


class Kind(StrEnum):
    """What a numbered document is."""

    CALL = "call"
    CREDIT_NOTE = "credit_note"


class InvalidBilling(Invalid):
    """A number that is wrong, or a tax that the cluster cannot have."""

    code = "invalid_billing"
    title = "Ces mentions ne peuvent figurer sur un appel."


class BillingMissing(Conflict):
    """A call names who sends it (L441-9 code de commerce)."""

    code = "billing_missing"
    title = "Indiquez d'abord qui appelle : nom, SIREN, adresse et régime de TVA."


class FileNotDrawn(Conflict):
    """A job draws it in a moment."""

    code = "file_not_drawn"
    title = "Ce document est en cours d'édition : réessayez dans un instant."


class NothingToCall(Conflict):
    """All is called, or what is left sums to nothing."""

    code = "nothing_to_call"
    title = "Il n'y a rien à appeler : tout l'est déjà, ou la somme est nulle."


class AlreadyCorrected(Conflict):
    """A call is taken back once."""

    code = "already_corrected"
    title = "Un avoir existe déjà pour cet appel."


class NotACall(Conflict):
    """A credit note is not taken back: the charges are called anew."""

    code = "not_a_call"
    title = "Un avoir ne s'annule pas : appelez de nouveau les contributions."


@dataclass(frozen=True, slots=True)
class Billing:
    """Who bills, and how. ``due_days`` count from the day of issue."""

    name: str
    siren: str
    address: str
    legal_form: str | None = None
    vat_number: str | None = None
    iban: str | None = None
    bic: str | None = None
    contributions_vat: Vat = Vat.STANDARD
    fees_vat: Vat = Vat.OUTSIDE
    vat_bps: int = STANDARD_VAT_BPS
    due_days: int = 30

    def vat_on(self, subject: Subject) -> Vat:
        """The tax on a subject."""
        return self.contributions_vat if subject == Subject.CONTRIBUTIONS else self.fees_vat

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """What ``wire`` gave."""
        taxes = {name: Vat(stored[name]) for name in ("contributions_vat", "fees_vat")}
        return cls(**{**stored, **taxes})


def check_billing(given: Billing) -> None:
    """Raise InvalidBilling, naming the field, for what a call could not say."""
    numbers = (
        ("/siren", siren_number, given.siren, "Ce SIREN n'existe pas."),
        ("/vat_number", vat_number, given.vat_number, "Ce numéro de TVA n'existe pas."),
        ("/iban", iban_number, given.iban, "Cet IBAN n'existe pas."),
        ("/bic", bic_number, given.bic, "Ce BIC n'existe pas."),
    )
    for pointer, kind, number, message in numbers:
        if number is not None and not kind.is_valid(number):
            raise InvalidBilling.at(pointer, "wrong_number", message)
    taxes = (given.contributions_vat, given.fees_vat)
    if Vat.STANDARD in taxes and given.vat_number is None:
        message = "Qui facture la TVA indique son numéro (242 nonies A, annexe II CGI)."
        raise InvalidBilling.at("/vat_number", "missing", message)
    if Vat.FRANCHISE in taxes and {*taxes} & {Vat.STANDARD, Vat.EXEMPT}:
        message = "La franchise (293 B CGI) vaut pour tout ce que facture le regroupement."
        raise InvalidBilling.at("/fees_vat", "franchise", message)
    if given.vat_bps == 0 and Vat.STANDARD in taxes:
        message = "Un taux nul n'est pas une TVA : dites pourquoi il n'y en a pas."
        raise InvalidBilling.at("/vat_bps", "zero", message)


def vat_parts(nets: Sequence[int], bps: int) -> list[int]:
    """The tax on each line, in cents: they sum to that on the total, half up (BR-CO-17).

    Each part is exact to less than a cent; cents that are left go to the largest remainders, the
    earlier line first.
    """
    exact = [net * bps for net in nets]
    whole = sum(exact)
    total = half_up(whole) if whole >= 0 else -half_up(-whole)
    parts = [one // BPS_WHOLE for one in exact]
    order = sorted(range(len(nets)), key=lambda at: (-(exact[at] % BPS_WHOLE), at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def half_up(basis: int) -> int:
    """Ten-thousandths of cents, not below zero, as cents."""
    return (basis * 2 + BPS_WHOLE) // (2 * BPS_WHOLE)


def label_of(year: int, number: int) -> str:
    """How a call is called: « 2026-0042 »."""
    return f"{year}-{number:04d}"


def reference_of(year: int, number: int) -> str:
    """What a transfer names: a creditor reference (ISO 11649), such as « RF24202600042 »."""
    payload = f"{year}{number:05d}"
    return f"RF{mod_97_10.calc_check_digits(payload + 'RF')}{payload}"


@dataclass(frozen=True, slots=True)
class Uncalled:
    """A charge that no call has, and what its flow was."""

    charge_id: UUID
    amount_cents: int
    bps: int | None
    nature: str
    kind: str
    occurred_on: date
    invoice: str | None
    consortium: str | None
    fee_year: int | None
    turn: int

    def label(self) -> str:
        """What its line says."""
        if self.nature == "fee":
            what = f"Cotisation annuelle {self.fee_year}"
            return what if self.amount_cents > 0 else f"{what}, régularisation"
        rate = percent(self.bps or 0).replace(",00", "")
        on = f"du {day(self.occurred_on)}"
        if self.nature == "joint_answer":
            fact = "attribution" if self.kind == "award" else "encaissement"
            said = f"Contribution de {rate}, réponse commune « {self.consortium} » : {fact} {on}"
        else:
            kind = "co-traitance" if self.nature == "co_contracting" else "affaire entre membres"
            said = f"Contribution de {rate}, {kind} : facture {self.invoice} {on}"
        return said if self.amount_cents > 0 else f"Reprise. {said}"
