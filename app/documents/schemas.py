"""Shapes of clauses and documents on the wire."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import Path
from pydantic import Field, StrictInt, StringConstraints

from app.consortia.domain import Form
from app.documents.domain import MOST_CLAUSES, LibraryClause
from app.documents.models import Document
from app.documents.service.clauses import ClauseText
from app.forms import Kind
from app.infra.files import MediaType
from app.infra.http.ids import DocumentId, LotId, PartyId, PersonId, SignatureId
from app.infra.http.schemas import In, Out, ShortText
from app.infra.http.text import Text

_KEY = "^[a-z][a-z0-9_]{1,39}$"
Wording = Annotated[str, Text(least=1, most=10_000, lines=True)]
ClauseKey = Annotated[str, StringConstraints(pattern=_KEY)]
ClauseKeyInPath = Annotated[str, Path(pattern=_KEY, examples=["objet"])]


class ClauseIn(In):
    """A clause as it is from now on. Names in braces, such as `{mandataire}`, are filled."""

    title: ShortText
    text: Wording = Field(
        description="Paragraphs are parted by an empty line; a line that begins with a dash is an "
        "item of a list.",
    )
    law: ShortText | None = Field(None, description="Where its rule stands.")
    forms: list[Form] = Field(default_factory=lambda: list(Form), min_length=1, max_length=3)
    standard: bool = Field(True, description="In an agreement unless its lead chooses otherwise.")
    position: StrictInt = Field(ge=1, le=10_000, description="Those shipped stand ten apart.")

    def clause(self) -> ClauseText:
        """What the use case takes."""
        return ClauseText(
            self.position,
            self.title,
            self.text,
            self.law,
            tuple(dict.fromkeys(self.forms)),
            self.standard,
        )


class ClauseOut(Out):
    """A clause of the library; version 0 is the one that comes with the program."""

    id: str = Field(pattern=_KEY)
    version: int
    position: int
    title: str
    text: str
    law: str | None
    forms: list[Form]
    standard: bool
    edited_by: PersonId | None
    edited_at: datetime | None

    @classmethod
    def of(cls, one: LibraryClause, told: dict[str, Any] | None = None) -> Self:
        """A clause, and who wrote it where that is known."""
        return cls(
            id=one.key,
            version=one.version,
            position=one.position,
            title=one.title,
            text=one.text,
            law=one.law,
            forms=sorted(one.forms),
            standard=one.standard,
            edited_by=told["edited_by"] if told else None,
            edited_at=told["edited_at"] if told else None,
        )


class ClausesOut(Out):
    """The library, in the order of an agreement."""

    items: list[ClauseOut]


class ChoiceIn(In):
    """The clauses of an agreement."""

    clause_ids: list[ClauseKey] = Field(min_length=1, max_length=MOST_CLAUSES)


class ChoiceOut(Out):
    """The clauses that an agreement issued now has, in order; 0: nobody has chosen."""

    version: int
    items: list[ClauseOut]


class DocumentIn(In):
    """What to issue: `attri1` is of a lot, `dc2` and `dc4` are of a party."""

    kind: Kind
    lot_id: LotId | None = None
    party_id: PartyId | None = None


class KeptFileOut(Out):
    """A file of a document; it never changes."""

    type: MediaType
    size: int = Field(description="In bytes.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class DocumentOut(Out):
    """A document as it was issued."""

    id: DocumentId
    kind: Kind
    number: int = Field(description="Its version, printed on each page.")
    lot_id: LotId | None
    party_id: PartyId | None
    split_number: int | None = Field(description="The version of the split that it shows.")
    split_changed: bool = Field(description="Whether the split was written anew since.")
    content_sha256: str = Field(
        pattern="^[0-9a-f]{64}$", description="Of what it says; printed on each page."
    )
    file: KeptFileOut
    issued_by: PersonId
    issued_at: datetime
    signed_by: list[PartyId]

    @classmethod
    def issued(cls, one: Document) -> Self:
        """A document of this moment."""
        return cls(
            id=one.id,
            kind=Kind(one.kind),
            number=one.number,
            lot_id=one.lot_id,
            party_id=one.party_id,
            split_number=one.split_number,
            split_changed=False,
            content_sha256=one.content_hash.hex(),
            file=KeptFileOut(type=MediaType.PDF, size=one.file_size, sha256=one.file_hash.hex()),
            issued_by=one.person_id,
            issued_at=one.issued_at,
            signed_by=[],
        )


class SignatureOut(Out):
    """That a party has put the file it signed."""

    id: SignatureId
    party_id: PartyId
    person_id: PersonId
    signed_at: datetime
    file: KeptFileOut


class SignaturesOut(Out):
    """Who has signed, in order."""

    items: list[SignatureOut]
