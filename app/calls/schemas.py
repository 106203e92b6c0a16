"""Shapes of calls on the wire."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from app.calls.domain import MOST_DUE_DAYS, STANDARD_VAT_BPS, Billing, Kind, Subject, Vat
from app.calls.models import Call
from app.infra.http.day import Day
from app.infra.http.ids import CallId, ChargeId, MemberId
from app.infra.http.listing import Page
from app.infra.http.schemas import In, MoneyOut, Out, ShortText
from app.infra.http.text import Text

Address = Annotated[str, Text(least=1, most=500, lines=True)]
Siren = Annotated[str, StringConstraints(pattern="^[0-9]{9}$")]
Iban = Annotated[str, StringConstraints(pattern="^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")]
Bic = Annotated[str, StringConstraints(pattern="^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")]
VatNumber = Annotated[str, StringConstraints(pattern="^FR[0-9A-HJ-NP-Z]{2}[0-9]{9}$")]


class BillingIn(In):
    """Who bills, and how."""

    name: ShortText = Field(examples=["Association Initiatives et Cité"])
    legal_form: ShortText | None = Field(None, examples=["Association loi 1901"])
    siren: Siren = Field(examples=["732829320"])
    vat_number: VatNumber | None = Field(None, examples=["FR44732829320"])
    address: Address = Field(examples=["12 rue de la Halle\n59000 Lille"])
    iban: Iban | None = Field(None, examples=["FR7630006000011234567890189"])
    bic: Bic | None = Field(None, examples=["AGRIFRPP"])
    contributions_vat: Vat = Vat.STANDARD
    fees_vat: Vat = Field(Vat.OUTSIDE, description="The franchise holds for both, or for none.")
    vat_bps: int = Field(STANDARD_VAT_BPS, ge=0, le=10_000, strict=True, description="Where due.")
    due_days: int = Field(
        30, ge=0, le=MOST_DUE_DAYS, strict=True, description="From the day of issue (L441-10)."
    )

    def billing(self) -> Billing:
        """What the use case takes."""
        return Billing(**self.model_dump())


class BillingOut(Out):
    """Who bills, and how."""

    name: str
    legal_form: str | None
    siren: str
    vat_number: str | None
    address: str
    iban: str | None
    bic: str | None
    contributions_vat: Vat
    fees_vat: Vat
    vat_bps: int
    due_days: int


class CallIn(In):
    """Whom to call, and for what."""

    member_id: MemberId
    until: Day = Field(description="All that is due on this day or before, and not called yet.")


class CallRunIn(In):
    """What to call, of every member."""

    until: Day = Field(description="All that is due on this day or before, and not called yet.")


class CallRunOut(Out):
    """What a run has called."""

    calls: int
    net: MoneyOut
    gross: MoneyOut

    @classmethod
    def of(cls, made: list[Call]) -> "CallRunOut":
        """The sums of calls, just issued."""
        net = sum(one.net_cents for one in made)
        vat = sum(one.vat_cents for one in made)
        return cls(
            calls=len(made),
            net=MoneyOut(amount_cents=net, currency="EUR"),
            gross=MoneyOut(amount_cents=net + vat, currency="EUR"),
        )


class CreditNoteIn(In):
    """Why a call is taken back."""

    reason: ShortText = Field(examples=["Adresse de facturation erronée"])


class CallPage(Page):
    """Which calls."""

    member_id: MemberId | None = Field(None, description="Of one member only.")
    year: int | None = Field(None, ge=2000, le=9999, description="Of issue.")


class CallOut(Out):
    """A call, or a credit note; what it says of both sides is as it was that day."""

    id: CallId
    member_id: MemberId
    kind: Kind
    subject: Subject
    number: str = Field(examples=["2026-0042"], description="Without gap in the cluster's year.")
    corrects_id: CallId | None = Field(description="The call that a credit note takes back.")
    corrected_by: CallId | None
    reason: str | None
    issued_on: date
    due_on: date
    vat: Vat
    vat_bps: int
    net: MoneyOut
    vat_amount: MoneyOut
    gross: MoneyOut
    paid: MoneyOut = Field(description="What payments have settled of its charges, tax included.")
    seller: dict[str, Any]
    buyer: dict[str, Any]
    issued_at: datetime


class CallLineOut(Out):
    """A charge on a call."""

    position: int
    charge_id: ChargeId
    label: str
    net: MoneyOut
    vat_amount: MoneyOut = Field(description="Its part of the tax on the total.")


class PreviewSumOut(Out):
    """What one member would be called for one subject, before tax."""

    member_id: MemberId
    subject: Subject
    charges: int
    net: MoneyOut


class CallPreviewOut(Out):
    """What would be called."""

    until: date
    lines: list[PreviewSumOut]
