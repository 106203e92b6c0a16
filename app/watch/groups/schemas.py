"""Shapes of pairs on the wire."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, Field

from app.infra.http.ids import NoticeId, PairId, PersonId
from app.infra.http.listing import Page
from app.infra.http.schemas import In, Out
from app.watch.domain import NoticeKind
from app.watch.groups.repository import PairState


class BuyerBy(StrEnum):
    """How two buyers are known to be one."""

    NUMBER = "number"
    NAME = "name"


class DueAt(StrEnum):
    """How far two deadlines are one."""

    INSTANT = "instant"
    DAY = "day"


class LikenessOut(Out):
    """Why two notices may be of one procedure."""

    buyer: BuyerBy = Field(description="By its SIREN, or by its name alone.")
    title: float = Field(description="Share of the longer title's words; 1: all of them.")
    deadline: DueAt = Field(description="The same instant, or the same day.")


class PairedOut(Out):
    """One notice of a pair."""

    id: NoticeId
    source: str
    source_id: str
    kind: NoticeKind
    title: str
    buyer: str
    buyer_siret: str | None
    published_on: date
    deadline_text: str | None
    url: str | None


class PairDecisionOut(Out):
    """The cluster's last word on a pair, who gave it and when."""

    same: bool
    decided_by: PersonId
    decided_at: AwareDatetime


class PairOut(Out):
    """Two notices that may be of one procedure."""

    id: PairId
    state: PairState
    why: LikenessOut
    found_at: AwareDatetime
    notices: list[PairedOut] = Field(min_length=2, max_length=2)
    decision: PairDecisionOut | None


class PairPage(Page):
    """A page of pairs."""

    state: PairState | None = Field(None, description="What the cluster has made of them.")


class PairDecisionIn(In):
    """Whether they are of one procedure."""

    same: bool = Field(strict=True)
