"""Shapes of certificates on the wire."""

from datetime import date, datetime

from pydantic import Field

from app.certificates.domain import Audience, Kind, Statement
from app.infra.files import MediaType
from app.infra.http.day import Day
from app.infra.http.ids import CertificateId, MemberId, PersonId
from app.infra.http.listing import Page
from app.infra.http.schemas import In, Out, ShortText


class CertificateSearch(Page):
    """Which certificates; every filter given must hold."""

    member_id: MemberId | None = Field(None, description="Of this company.")
    kind: Kind | None = None
    valid_on: Day | None = Field(None, description="That hold on this day: a deadline's, say.")


class CertificateIn(In):
    """What a company proves; its file follows by `PUT …/file`."""

    kind: Kind
    title: ShortText | None = Field(
        None, description="Required of `qualification` and `other`.", examples=["Qualibat 2112"]
    )
    issuer: ShortText | None = Field(None, examples=["URSSAF Rhône-Alpes"])
    number: ShortText | None = Field(None, description="Reference, security code.")
    valid_from: Day
    valid_until: Day | None = Field(
        None,
        description="The last day that it holds. Not given: six months for `social` (D8222-5 of "
        "the Code du travail), none for the others.",
    )
    audience: Audience = Field(
        Audience.PARTNERS,
        description="Who sees it beside the company: nobody, the companies of its consortia, or "
        "all of the cluster.",
    )

    def statement(self) -> Statement:
        """What the rules read."""
        return Statement(
            self.kind,
            self.title,
            self.issuer,
            self.number,
            self.valid_from,
            self.valid_until,
            self.audience,
        )


class FileOut(Out):
    """An uploaded file; it never changes."""

    type: MediaType
    size: int = Field(description="In bytes.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    at: datetime


class CertificateOut(Out):
    """A certificate, as whoever may see it does."""

    id: CertificateId
    member_id: MemberId
    kind: Kind
    title: str | None
    issuer: str | None
    number: str | None
    valid_from: date
    valid_until: date | None
    audience: Audience
    added_by: PersonId
    added_at: datetime
    file: FileOut | None = Field(description="Null until it is uploaded.")
