"""What each source fills, counted over the real files beside the project.

`python -m tests.watch.filled` writes the table of docs/sources.md anew.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.watch.domain import Notice, UnreadableItem
from app.watch.sources import SourceFailure
from app.watch.sources.files import read_file
from app.watch.sources.kinds import KINDS
from tests.conftest import SHARED_DATA

PAGE = Path(__file__).parents[2] / "docs/sources.md"
TABLE = re.compile(r"(?<=<!-- counted -->\n).*?(?=<!-- /counted -->)", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """Files of one source, in one way that it writes."""

    name: str
    kind: str
    files: str


COLUMNS = (
    Column("BOAMP, records", "boamp", "boamp/*.json"),
    Column("BOAMP, six fields", "boamp", "boamp_responses/boamp_slim_1*.json.gz"),
    Column("BOAMP, XML", "boamp_xml", "boamp_xml/*.xml"),
    Column("TED, published", "ted", "eforms/ted_published/*.xml"),
    Column("eForms, examples", "ted", "eforms/sdk_examples/*.xml"),
    Column("OCDS, packages", "ocds", "ocds/*.json"),
)

FACTS = {
    "description": "Description",
    "buyer": "Buyer",
    "buyer_siret": "Buyer's SIRET",
    "nature": "Works, supplies or services",
    "concession": "Concession",
    "procedure": "Procedure",
    "procedure_id": "Procedure's identifier",
    "follows": "Earlier notices",
    "cpv": "CPV",
    "departments": "French departments",
    "nuts": "NUTS",
    "estimate": "Estimate",
    "deadline": "First deadline",
    "application_deadline": "Deadline of applications",
    "bid_deadline": "Deadline of bids",
    "lots": "Lots",
    "criteria": "Award criteria",
    "reserved": "Reserved",
    "documents": "Documents' addresses",
    "duration_months": "Duration",
    "renews": "Contract renewed",
    "awards": "Winners",
    "url": "Address of the notice",
}
"""Fields of a notice; one that lots may have is filled when a lot has it."""


def present() -> bool:
    """Whether the real files are there."""
    return all(any(SHARED_DATA.glob(column.files)) for column in COLUMNS)


def read(column: Column) -> Iterator[Notice | UnreadableItem | SourceFailure]:
    """Every item of the column's files, read or refused; a file of another shape is one refusal."""
    publisher = KINDS[column.kind]
    for path in sorted(SHARED_DATA.glob(column.files)):
        try:
            for item in publisher.recognise(read_file(path)):
                yield _read(column, item)
        except SourceFailure as failure:
            yield failure


def _read(column: Column, item: object) -> Notice | UnreadableItem:
    if isinstance(item, UnreadableItem):
        return item
    try:
        return KINDS[column.kind].dialect_of(item).read(item)
    except UnreadableItem as refusal:
        return refusal


def table() -> str:
    """The table of the page: how many of the notices read have each fact."""
    counts: list[Counter[str]] = []
    refused: list[int] = []
    for column in COLUMNS:
        items = list(read(column))
        notices = [one for one in items if isinstance(one, Notice)]
        refused.append(len(items) - len(notices))
        counts.append(Counter(fact for one in notices for fact in _facts(one)))
    lines = [
        _row("", [column.name for column in COLUMNS]),
        _row("---", ["---:"] * len(COLUMNS)),
        _row("**Notices read**", [str(one["read"]) for one in counts]),
        _row("Set aside", [str(count) for count in refused]),
        *(_row(words, [str(one[fact] or "") for one in counts]) for fact, words in FACTS.items()),
    ]
    return "\n".join(lines) + "\n"


def _facts(notice: Notice) -> Iterator[str]:
    yield "read"
    for fact in FACTS:
        if getattr(notice, fact) or any(getattr(lot, fact, None) for lot in notice.lots):
            yield fact


def _row(head: str, cells: list[str]) -> str:
    return f"| {' | '.join([head, *cells])} |"


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda _: table(), PAGE.read_text()))
