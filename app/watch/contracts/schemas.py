"""Shapes of renewals on the wire."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.infra.http.day import Day
from app.infra.http.ids import ContractId, NoticeId
from app.infra.http.listing import Page
from app.infra.http.schemas import MoneyOut, Out
from app.watch.contracts.repository import RenewalSearch
from app.watch.schemas import Words, checked_department, is_number
from app.watch.service.prepare import branch


class RenewalPage(Page):
    """What to look for; every filter given must hold."""

    cpv: Annotated[str, StringConstraints(pattern="^[0-9]{2,8}(-[0-9])?$")] | None = Field(
        None,
        description="A CPV code or its first digits; trailing zeros mean the whole branch.",
        examples=["90910000"],
    )
    department: list[Annotated[str, StringConstraints(max_length=3)]] = Field(
        default=[], max_length=30, description="INSEE codes, any of them.", examples=[["42", "2A"]]
    )
    buyer: Words | None = Field(
        None, description="Words of the buyer's name, or its SIREN or SIRET.", examples=["Roanne"]
    )
    call_from: Day | None = Field(None, description="The call may come on this day or later.")
    call_to: Day | None = Field(None, description="The call may come on this day or before.")

    def search(self) -> RenewalSearch:
        """What the repository looks for; raises Invalid on a department that there is not."""
        numbered = self.buyer is not None and is_number(self.buyer)
        return RenewalSearch(
            cpv_branch=branch(self.cpv.partition("-")[0]) if self.cpv else None,
            departments=tuple(checked_department(code) for code in self.department),
            buyer=None if numbered else self.buyer,
            buyer_number="".join(self.buyer.split()) if numbered and self.buyer else None,
            call_from=self.call_from,
            call_to=self.call_to,
        )


class HolderOut(Out):
    """A company that holds the contract."""

    id: str | None = Field(description="Its number, of the kind said beside.")
    kind: str | None = Field(examples=["SIRET"])
    name: str | None


class CallRef(Out):
    """A call that may be the renewal: the same buyer, the same class of purchase."""

    id: NoticeId
    title: str
    published_on: date


class RenewalOut(Out):
    """A contract that ends, and when the call for its renewal is likely."""

    id: ContractId
    source: str = Field(description="`decp`, or the source of the award notice.")
    source_id: str
    title: str
    buyer: str | None = Field(description="Its name, as its notices have it; null when unknown.")
    buyer_siret: str | None
    cpv: list[str]
    departments: list[str]
    concession: bool
    framework: bool
    procedure: str | None = Field(description="How this contract was let, as its source says.")
    holders: list[HolderOut]
    amount: MoneyOut | None
    started_on: date
    months: int = Field(description="The whole term, modifications counted.")
    amendments: int = Field(description="Modifications so far.")
    ends_on: date = Field(description="Its last day.")
    call_from: date = Field(description="A call is likely from this day on.")
    call_to: date = Field(description="A call is likely until this day.")
    notice: NoticeId | None = Field(description="The award notice, when it is a known one.")
    renewed_by: list[CallRef] = Field(description="Later calls that may renew it: proposals.")
