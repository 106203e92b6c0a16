"""One procedure as two sources publish it: the bulletin's record, and TED's document."""

from typing import Any
from uuid import uuid4

from tests.watch import eforms_samples as eforms
from tests.watch.notices import slim

BUYER = {"nomacheteur": "Ville de Saint-Aubin"}


def folder() -> str:
    """A procedure's identifier (BT-04) that no other test uses."""
    return str(uuid4())


def in_bulletin(source_id: str, title: str, procedure: str | None = None, **fields: Any) -> Any:
    """A call in the bulletin."""
    given = {"nature": "APPEL_OFFRE", "dateparution": "2026-02-20", **BUYER}
    return slim(source_id, title, contractfolderid=procedure, **{**given, **fields})


def in_ted(
    number: str,
    title: str,
    procedure: str,
    *,
    closes: str = "2026-04-02",
    published: str = "2026-02-22",
    corrects: str = "",
    organisations: str = eforms.PLATFORM + eforms.BUYER,
) -> str:
    """The same in TED; with ``corrects``, a correction of that number."""
    document = eforms.notice(
        eforms.lot(periods=eforms.period("bid", closes, "12:00:00+02:00")),
        published=number,
        about=eforms.project(title),
        extension=eforms.changed(corrects) if corrects else "",
        organisations=organisations,
    )
    return document.replace(eforms.FOLDER, procedure).replace("2025-08-18", published)
