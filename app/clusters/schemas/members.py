"""Shapes of companies on the wire."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.clusters import domain
from app.clusters.company_search import Found, RegisteredCompany
from app.clusters.domain import Kind, State
from app.clusters.service import Company
from app.infra.http.ids import MemberChangeId, MemberId, StandingId
from app.infra.http.schemas import In, Out, ShortText
from app.infra.http.text import Text

Siren = Annotated[str, Text(least=9, most=20)]
Siret = Annotated[str, Text(least=14, most=30)]
"""Digits in whatever spaces; what they must be, the use case says."""

Reason = Annotated[str, Text(least=1, most=1_000, lines=True)]


class CompanyIn(In):
    """A company to admit or to present."""

    name: ShortText | None = Field(
        None,
        examples=["Scène Ouverte"],
        description="May be left out when the public register answers (`/v1/company-search`); so "
        "may legal form, city and address.",
    )
    siren: Siren = Field(examples=["732829320"], description="Spaces are taken out.")
    siret: Siret | None = None
    legal_form: ShortText | None = Field(None, examples=["SCIC"])
    city: ShortText | None = Field(None, examples=["Saint-Étienne"])
    address: ShortText | None = Field(None, examples=["3 rue de la Ville, 42000 Saint-Étienne"])
    headcount: int | None = Field(
        None, ge=0, le=1_000_000, strict=True, description="Full-time equivalents, year N−1."
    )
    skills: list[ShortText] = Field(default=[], max_length=50, examples=[["programmation"]])

    @property
    def complete(self) -> bool:
        """Whether there is nothing to ask the register for."""
        return None not in {self.name, self.legal_form, self.city, self.address}

    def company(self, known: RegisteredCompany | None) -> Company:
        """What the use case takes, completed by what the register knows; raises NameMissing."""
        name = self.name or (known.name if known else None)
        if name is None:
            raise domain.NameMissing
        return Company(
            name=name,
            siren=self.siren,
            siret=self.siret,
            legal_form=self.legal_form or (known.legal_form if known else None),
            city=self.city or (known.city if known else None),
            address=self.address or (known.address if known else None),
            headcount=self.headcount,
            skills=tuple(self.skills),
        )


class CompanyOut(Out):
    """A company as declared."""

    name: str
    siren: str
    siret: str | None
    legal_form: str | None
    city: str | None
    address: str | None
    headcount: int | None
    skills: list[str]


class MemberOut(CompanyOut):
    """A company of the cluster."""

    id: MemberId
    state: State = Field(examples=["active"])
    joined_on: date
    left_on: date | None
    merged_into: MemberId | None = Field(description="The company that absorbed it.")


class ReasonIn(In):
    """Why, for the record; the cluster's officers and the company itself read it."""

    reason: Reason | None = None


class SuspensionIn(In):
    """A suspension and its reason."""

    reason: Reason


class DepartureIn(In):
    """Since when a company is no longer of the cluster."""

    on: date = Field(examples=["2026-03-01"])
    reason: Reason | None = None


class MergerIn(In):
    """Which company absorbed this one, since when."""

    into: MemberId
    on: date = Field(examples=["2026-03-01"])
    reason: Reason | None = None


class StandingOut(Out):
    """What a company was to the cluster from a day on."""

    id: StandingId
    member_id: MemberId
    kind: Kind
    on: date = Field(validation_alias="on_day")
    reason: str | None
    into: MemberId | None = Field(validation_alias="into_member_id")
    recorded_at: datetime


class StandingsOut(Out):
    """A company's history in the cluster, oldest first."""

    items: list[StandingOut]


class MemberChangeIn(In):
    """What changed of a company; what is left out stays, null takes away."""

    on: date = Field(examples=["2026-03-01"], description="Since when; not before the last one.")
    name: ShortText = Field(default="", examples=["Scène Ouverte"])
    siret: Siret | None = None
    legal_form: ShortText | None = None
    city: ShortText | None = None
    address: ShortText | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.fields():
            raise ValueError("Donnez name, siret, legal_form, city ou address.")
        return self

    def fields(self) -> dict[str, str | None]:
        """The fields that were given."""
        given = self.model_dump(include=self.model_fields_set)
        return {name: value for name, value in given.items() if name not in {"on", "reason"}}


class FieldChange(Out):
    """A field's value before and after."""

    before: str | None
    after: str | None


class MemberChangeOut(Out):
    """A change of a company's identity."""

    id: MemberChangeId
    member_id: MemberId
    on: date = Field(validation_alias="on_day")
    fields: dict[str, FieldChange] = Field(
        examples=[{"name": {"before": "Scène", "after": "Scène Ouverte"}}]
    )
    reason: str | None
    recorded_at: datetime


class MemberChangesOut(Out):
    """The changes of a company, oldest first."""

    items: list[MemberChangeOut]


class RegisteredCompanyOut(Out):
    """A company as the public register knows it."""

    siren: str
    name: str
    siret: str | None = Field(description="Its seat's.")
    legal_form: str | None
    city: str | None
    address: str | None
    active: bool = Field(description="False when it has ceased.")


class SearchOut(Out):
    """What the public register says: `silent` when it did not answer, `off` when not asked."""

    status: Found
    company: RegisteredCompanyOut | None
