"""Reading what was drawn."""

from datetime import datetime
from io import BytesIO

from pypdf import PdfReader

from app.forms import Kind, Rendered, draw
from app.forms.facts import Facts
from app.forms.render import render
from tests.forms.samples import CLAUSES, STAMP


async def drawn(kind: Kind, facts: Facts, **places: int) -> Rendered:
    """A document of the samples."""
    return await render(draw(kind, facts, clauses=CLAUSES, **places), STAMP)


def pages(pdf: bytes) -> list[str]:
    """The text of each page, its spaces made plain and its lines one."""
    found = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return [" ".join(one.split()) for one in found]


def words(pdf: bytes) -> str:
    """The text of a document."""
    return " ".join(pages(pdf))


def made_at(pdf: bytes) -> datetime | None:
    """When a document says that it was made."""
    told = PdfReader(BytesIO(pdf)).metadata
    return told.creation_date if told else None
