"""Shapes of saved searches on the wire."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints

from app.infra.http.ids import (
    MatchId,
    MemberId,
    PersonId,
    SavedSearchId,
    TenderId,
)
from app.infra.http.listing import Page
from app.infra.http.schemas import In, LongText, MoneyIn, MoneyOut, Out, ShortText
from app.infra.http.text import Text
from app.kernel.errors import Fault, Invalid
from app.searches.domain import Criteria, State
from app.searches.domain.passages import Piece
from app.searches.service import Asked
from app.tenders.domain import Stance
from app.watch.areas import REGIONS
from app.watch.domain import Nature, NoticeKind, Reservation
from app.watch.schemas import NoticeOut
from app.watch.service.prepare import branch
from app.watch.zones import department

Cpv = Annotated[str, StringConstraints(pattern="^[0-9]{2,8}(-[0-9])?$")]
Code = Annotated[str, StringConstraints(pattern="^[0-9A-Za-z]{1,3}$")]
Nuts = Annotated[str, StringConstraints(pattern="^[A-Z]{2}[0-9A-Z]{0,3}$")]
Days = Annotated[int, Field(ge=0, le=365, strict=True)]
SIREN_DIGITS, SIRET_DIGITS = 9, 14


class CriteriaIn(In):
    """What a notice must be: every criterion given must hold, any one value of each.

    What a notice leaves unsaid (its estimate, its deadline) does not rule it out.
    """

    words: Annotated[str, Text(least=1, most=500)] | None = Field(
        None,
        description='As in `GET /v1/notices`: stems, `"…"`, `-`, `or`.',
        examples=["scénographie or « maîtrise d’œuvre » -voirie"],
    )
    cpv: list[Cpv] = Field(
        [],
        max_length=50,
        description="Codes or their first digits; trailing zeros mean the whole branch.",
        examples=[["79950000"]],
    )
    departments: list[Code] = Field([], max_length=110, examples=[["42", "2A"]])
    regions: list[Code] = Field([], max_length=18, description="INSEE codes.", examples=[["84"]])
    nuts: list[Nuts] = Field([], max_length=50, description="Areas of any level.")
    around: bool = Field(
        default=False, strict=True, description="Add the neighbours of each department named."
    )
    buyers: list[Annotated[str, Text(least=2, most=200)]] = Field(
        [], max_length=50, description="Words of their names, or their SIREN or SIRET."
    )
    natures: list[Nature] = Field([], max_length=3)
    procedures: list[Annotated[str, Text(least=2, most=100)]] = Field(
        [], max_length=10, description="Words of its name.", examples=[["procédure adaptée"]]
    )
    concession: bool | None = Field(None, strict=True)
    estimate_from: MoneyIn | None = None
    estimate_to: MoneyIn | None = None
    days_left_from: Days | None = Field(
        None, description="Days left before the deadline when the notice arrives, at least."
    )
    days_left_to: Days | None = None
    reserved: list[Reservation] = Field([], max_length=2)
    kinds: list[NoticeKind] = Field(
        [], max_length=5, description="By default, calls and corrections."
    )

    def criteria(self) -> Criteria:
        """What the use cases take; raises Invalid on a department or region that there is not."""
        numbers = {"".join(one.split()) for one in self.buyers if _is_number(one)}
        return Criteria(
            words=self.words,
            cpv=_once(branch(code.partition("-")[0]) for code in self.cpv),
            departments=_once(_department(n, code) for n, code in enumerate(self.departments)),
            regions=_once(_region(n, code) for n, code in enumerate(self.regions)),
            nuts=_once(self.nuts),
            around=self.around,
            buyers=_once(one for one in self.buyers if not _is_number(one)),
            sirens=_once(sorted(number[:SIREN_DIGITS] for number in numbers)),
            natures=_once(self.natures),
            procedures=_once(self.procedures),
            concession=self.concession,
            estimate_from=self.estimate_from.amount_cents if self.estimate_from else None,
            estimate_to=self.estimate_to.amount_cents if self.estimate_to else None,
            days_from=self.days_left_from,
            days_to=self.days_left_to,
            reserved=_once(self.reserved),
            kinds=_once(self.kinds),
        )


class CriteriaOut(Out):
    """What a notice must be, as it was given."""

    words: str | None
    cpv: list[str]
    departments: list[str]
    regions: list[str]
    nuts: list[str]
    around: bool
    buyers: list[str]
    natures: list[Nature]
    procedures: list[str]
    concession: bool | None
    estimate_from: MoneyOut | None
    estimate_to: MoneyOut | None
    days_left_from: int | None
    days_left_to: int | None
    reserved: list[Reservation]
    kinds: list[NoticeKind]


class SearchIn(In):
    """A search to save: the cluster's when its coordinator does, else the caller's company's."""

    name: ShortText = Field(examples=["Salles de spectacle de la Loire"])
    criteria: CriteriaIn

    def asked(self) -> Asked:
        """What the use cases take."""
        given = self.criteria
        return Asked(self.name, given.criteria(), given.model_dump(mode="json"))


class PreviewIn(In):
    """Criteria to try."""

    criteria: CriteriaIn


class SearchOut(Out):
    """A saved search."""

    id: SavedSearchId
    name: str
    member_id: MemberId | None = Field(description="The company whose search it is; null: all's.")
    criteria: CriteriaOut
    version: int
    created_by: PersonId
    created_at: AwareDatetime
    updated_at: AwareDatetime


class PreviewOut(Out):
    """What criteria would have given over the last 90 days."""

    count: int = Field(description="Notices found, up to 100.")
    more: bool = Field(description="Whether there are more than that.")
    items: list[NoticeOut] = Field(description="The newest.")


class WhyOut(Out):
    """Why a notice matched: what of it answers which criterion."""

    words: list[str] = Field(description="Words and phrases of the search that it has.")
    cpv: list[str] = Field(description="Its codes that lie in the branches asked for.")
    departments: list[str]
    nuts: list[str]
    buyer: str | None = Field(description="Its buyer, when buyers are asked for.")
    unstated: list[str] = Field(
        description="What is asked for and it does not say.", examples=[["estimate"]]
    )


class DecisionOut(Out):
    """What the caller's side has made of a match."""

    state: State
    reason: str | None
    assigned_to: PersonId | None
    decided_by: PersonId
    decided_at: AwareDatetime


class InterestedOut(Out):
    """A company that said what it would take."""

    member_id: MemberId
    stance: Stance


class FollowedOut(Out):
    """Who of the cluster follows it already."""

    tender_id: TenderId
    since: AwareDatetime
    followed_by: PersonId
    interests: list[InterestedOut]


class MatchOut(Out):
    """A notice that a search found."""

    id: MatchId
    search_id: SavedSearchId
    state: State
    matched_at: AwareDatetime
    lapsed_at: AwareDatetime | None = Field(
        description="When the notice, or the search, changed so that it fits no more."
    )
    why: WhyOut
    decision: DecisionOut | None
    followed: FollowedOut | None
    notice: NoticeOut


class PieceOut(Out):
    """A piece of text; `found` when it is a word of the search."""

    text: str
    found: bool


class MatchDetail(MatchOut):
    """A match, and where its words stand."""

    title: list[PieceOut]
    passages: list[list[PieceOut]]


class MatchPage(Page):
    """A page of what a search found."""

    state: State | None = Field(None, description="What the caller's side has made of it.")


class DismissalIn(In):
    """Why it is put aside."""

    reason: Annotated[str, Text(least=1, most=1000, lines=True)] = Field(
        examples=["Trop loin, et déjà titulaire sortant."]
    )


class AssignmentIn(In):
    """Who looks at it: a person of the caller's company, or of the cluster's own staff."""

    person_id: PersonId


class SortedOut(Out):
    """What has been made of a match."""

    match_id: MatchId
    state: State
    reason: LongText | None = None
    assigned_to: PersonId | None = None
    decided_at: AwareDatetime


class FollowOut(Out):
    """The tender that the cluster follows from now on."""

    match_id: MatchId
    tender_id: TenderId


def pieces_out(pieces: tuple[Piece, ...]) -> list[dict[str, Any]]:
    """A passage on the wire."""
    return [{"text": one.text, "found": one.found} for one in pieces]


def _once(values: Any) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _is_number(buyer: str) -> bool:
    digits = "".join(buyer.split())
    return digits.isascii() and digits.isdecimal() and len(digits) in (SIREN_DIGITS, SIRET_DIGITS)


def _department(place: int, code: str) -> str:
    known = department(code)
    if known is None:
        message = "Code INSEE d'un département : 01 à 95, 2A, 2B, 971 à 988."
        pointer = f"/body/criteria/departments/{place}"
        raise Invalid(faults=(Fault(pointer, "unknown_department", message),))
    return known


def _region(place: int, code: str) -> str:
    if code not in REGIONS:
        message = "Code INSEE d'une région, comme 84 pour Auvergne-Rhône-Alpes."
        pointer = f"/body/criteria/regions/{place}"
        raise Invalid(faults=(Fault(pointer, "unknown_region", message),))
    return code
