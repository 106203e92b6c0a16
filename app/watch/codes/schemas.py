"""Shapes of the code lists on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.infra.http.listing import Page
from app.infra.http.schemas import Out
from app.watch.areas import DEPARTMENTS, REGIONS
from app.watch.codes.repository import CodeSearch
from app.watch.schemas import Words
from app.watch.service.prepare import branch
from app.watch.zones import OVERSEAS, PARIS

_ASKED = (
    "Words of the label, French or English, whole or their beginning; or the beginning of a code."
)


class CpvSearch(Page):
    """What to look for among CPV codes; every filter given must hold."""

    q: Words | None = Field(None, description=_ASKED, examples=["nettoyage"])
    under: Annotated[str, StringConstraints(pattern="^[0-9]{2,8}(-[0-9])?$")] | None = Field(
        None,
        description="A code or its first digits; trailing zeros mean the whole branch.",
        examples=["45"],
    )
    level: int | None = Field(
        None,
        ge=2,
        le=8,
        description="Digits that count: 2 a division, 3 a group, 4 a class, 5 to 8 a category.",
    )

    def search(self) -> CodeSearch:
        """What the repository looks for."""
        under = branch(self.under.partition("-")[0]) if self.under else None
        return CodeSearch(self.q, under, self.level)


class NutsSearch(Page):
    """What to look for among NUTS codes; every filter given must hold."""

    q: Words | None = Field(None, description=_ASKED, examples=["Loire"])
    under: Annotated[str, StringConstraints(pattern="^[A-Z]{2}[0-9A-Z]{0,3}$")] | None = Field(
        None, description="A code: it and what lies in it.", examples=["FRE"]
    )
    level: int | None = Field(
        None, ge=0, le=3, description="0 a country, 1 and 2 its regions, 3 a French department."
    )

    def search(self) -> CodeSearch:
        """What the repository looks for."""
        return CodeSearch(self.q, self.under, self.level)


class CpvOut(Out):
    """A CPV code and what it means."""

    code: str = Field(examples=["45000000"])
    label: str = Field(description="In the language of the cluster.")
    level: int = Field(description="Digits that count, 2 to 8.")


class NutsOut(Out):
    """A NUTS code and what it means."""

    code: str = Field(examples=["FRE11"])
    label: str = Field(description="In the language of the cluster.")
    level: int = Field(description="0 a country, 3 the smallest area.")


class DepartmentOut(Out):
    """A French department, or a collectivity overseas."""

    code: str = Field(description="INSEE code.", examples=["59"])
    name: str
    region: str | None = Field(description="INSEE code of its region.")
    nuts: str | None = Field(description="Its NUTS 3 code.", examples=["FRE11"])
    neighbours: list[str] = Field(description="Departments that touch it.")
    zone: str = Field(description="Time zone of its buyers.", examples=["Europe/Paris"])


class RegionOut(Out):
    """A French region."""

    code: str = Field(description="INSEE code.", examples=["32"])
    name: str
    nuts: str = Field(description="Its NUTS code, of level 1 (overseas, 2).", examples=["FRE"])
    departments: list[str]


class AreasOut(Out):
    """The areas that a search may name."""

    regions: list[RegionOut]
    departments: list[DepartmentOut]


AREAS = AreasOut(
    regions=[
        RegionOut(code=one.code, name=one.name, nuts=one.nuts, departments=list(one.departments))
        for one in REGIONS.values()
    ],
    departments=[
        DepartmentOut(
            code=one.code,
            name=one.name,
            region=one.region,
            nuts=one.nuts,
            neighbours=list(one.neighbours),
            zone=OVERSEAS.get(one.code, PARIS),
        )
        for one in DEPARTMENTS.values()
    ],
)
"""All of them: they change with the law alone."""
