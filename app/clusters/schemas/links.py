"""Shapes of links between companies on the wire."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from app.clusters.domain import LinkKind
from app.infra.http.ids import MemberId, MemberLinkId
from app.infra.http.schemas import In, Out
from app.infra.http.text import Text


class MemberLinkIn(In):
    """What links a company to another, and what proves it."""

    other_member_id: MemberId
    kind: LinkKind
    evidence: Annotated[str, Text(least=1, most=1_000, lines=True)] = Field(
        examples=["Même gérante, extrait Kbis du 3 mars 2026."]
    )


class MemberLinkOut(Out):
    """What someone says of two companies."""

    id: MemberLinkId
    member_id: MemberId
    other_member_id: MemberId
    kind: LinkKind
    evidence: str
    said_for: MemberId | None = Field(
        description="Null: the coordinator's word, which binds. A company's binds once the other "
        "has said the same."
    )
    said_at: AwareDatetime
    ended_at: AwareDatetime | None


class MemberLinksOut(Out):
    """What was said of a company, by either side, oldest first."""

    items: list[MemberLinkOut]
