"""Shapes of the tenant on the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.clusters.service import Company
from app.infra.http.ids import ClusterId, MemberId
from app.infra.http.schemas import In, Out, ShortText


class ClusterOut(Out):
    """The caller's cluster."""

    id: ClusterId = Field(validation_alias="cluster_id")
    name: str
    slug: str
    zone: str = Field(examples=["Europe/Paris"])


class MemberIn(In):
    """A company to admit."""

    name: ShortText = Field(examples=["Scène Ouverte"])
    siren: Annotated[str, StringConstraints(pattern="^[0-9 ]{9,11}$")] = Field(
        examples=["732829320"]
    )
    siret: Annotated[str, StringConstraints(pattern="^[0-9 ]{14,18}$")] | None = None
    legal_form: ShortText | None = Field(None, examples=["SCIC"])
    city: ShortText | None = Field(None, examples=["Saint-Étienne"])
    headcount: int | None = Field(
        None, ge=0, le=1_000_000, strict=True, description="Full-time equivalents, year N−1."
    )
    skills: list[ShortText] = Field(default=[], max_length=50, examples=[["programmation"]])

    def company(self) -> Company:
        """What the use case takes."""
        return Company(**{**self.model_dump(), "skills": tuple(self.skills)})


class MemberOut(Out):
    """A company of the cluster."""

    id: MemberId
    name: str
    siren: str
    siret: str | None
    legal_form: str | None
    city: str | None
    headcount: int | None
    skills: list[str]
    state: str = Field(examples=["active"])
    joined_on: date
