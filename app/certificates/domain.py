"""What a certificate is, whom it is shown to, and whether it holds on a day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kernel.days import months_after, not_in_future, require_order
from app.kernel.errors import Conflict, Forbidden, Invalid

MOST_OF_A_COMPANY = 500
"""Certificates of one company that are kept at a time."""


class Kind(StrEnum):
    """What is proved; buyers ask for the first four of whoever wins (R2143-6 to R2143-9)."""

    SOCIAL = "social"
    """Attestation de vigilance of URSSAF (D8222-5 of the Code du travail)."""
    TAX = "tax"
    """Attestation de régularité fiscale (R2143-7)."""
    REGISTRATION = "registration"
    """Extract of the national register of companies, or Kbis (R2143-9)."""
    SOLEMN_STATEMENT = "solemn_statement"
    """That none of the grounds of exclusion applies (R2143-6)."""
    LIABILITY_INSURANCE = "liability_insurance"
    DECENNIAL_INSURANCE = "decennial_insurance"
    """For builders (L241-1 of the Code des assurances)."""
    SIGNING_POWER = "signing_power"
    QUALIOPI = "qualiopi"
    """Training (L6316-1 of the Code du travail)."""
    ESUS = "esus"
    """Entreprise solidaire d'utilité sociale (L3332-17-1 of the Code du travail)."""
    INSERTION = "insertion"
    """Insertion par l'activité économique (L5132-2), for lots that L2113-13 reserves."""
    ADAPTED = "adapted"
    """Entreprise adaptée, ESAT (L2113-12)."""
    RGE = "rge"
    QUALIFICATION = "qualification"
    OTHER = "other"


NAMED = frozenset({Kind.QUALIFICATION, Kind.OTHER})
"""Kinds that say nothing without a title."""


class Audience(StrEnum):
    """Who sees a certificate beside the company itself."""

    COMPANY = "company"
    PARTNERS = "partners"
    """Companies that have joined a consortium with it, and who is named there."""
    CLUSTER = "cluster"


class Standing(StrEnum):
    """What a certificate is worth on a day."""

    VALID = "valid"
    NOT_YET = "not_yet"
    EXPIRED = "expired"


class OthersCertificate(Forbidden):
    """Seen, as a partner sees it; only the company itself changes it."""

    code = "others_certificate"
    title = "Seule l'entreprise concernée modifie ses attestations."


class FileThere(Conflict):
    """A certificate's file stays what it is: a bid may have been handed in with it."""

    code = "file_there"
    title = "Cette attestation a déjà son fichier : retirez-la et déposez-en une nouvelle."


class NotSigningPower(Invalid):
    """A mandate's signed file is the company's own certificate of that kind."""

    code = "not_signing_power"
    title = "Le fichier signé d'une habilitation est une attestation « signing_power » à vous."


class TooManyCertificates(Conflict):
    """Nobody finds one among so many."""

    code = "too_many_certificates"
    title = f"Pas plus de {MOST_OF_A_COMPANY} attestations : retirez celles qui ne servent plus."


@dataclass(frozen=True, slots=True)
class Statement:
    """What a certificate says; both days are included, and no end means that it has none."""

    kind: Kind
    title: str | None
    issuer: str | None
    number: str | None
    valid_from: date
    valid_until: date | None
    audience: Audience

    def check(self, today: date) -> None:
        """Raise Invalid on an untitled kind that needs a title, or on days that cannot be."""
        if self.kind in NAMED and self.title is None:
            message = "Donnez un intitulé : ce type d'attestation n'en dit pas assez."
            raise Invalid.at("/title", "title_missing", message)
        not_in_future(
            self.valid_from,
            today,
            "/valid_from",
            "Une attestation est établie au plus tard ce jour.",
        )
        require_order(self.valid_from, self.valid_until)

    def end(self) -> date | None:
        """The last day that it holds: as given, else as the law has it, else none.

        The attestation of URSSAF is asked for every six months (D8222-5 of the Code du travail).
        """
        if self.valid_until is None and self.kind is Kind.SOCIAL:
            return months_after(self.valid_from, 6)
        return self.valid_until


def standing(valid_from: date, valid_until: date | None, day: date) -> Standing:
    """What a certificate is worth on a day: the deadline's, where a bid is concerned."""
    if day < valid_from:
        return Standing.NOT_YET
    if valid_until is not None and day > valid_until:
        return Standing.EXPIRED
    return Standing.VALID
