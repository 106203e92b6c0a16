"""What a code of a list looks like, and how deep it lies."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.errors import Invalid

MAX_LABEL = 500
"""Characters of a label; the longest of the official lists has 172."""

_SHAPES = {
    # Eight digits and a check digit that we leave out (regulation (EC) 213/2008, annex I).
    "cpv": re.compile(r"([0-9]{8})(?:-[0-9])?", re.ASCII),
    # A country, then a character for each level (regulation (EC) 1059/2003, article 2).
    "nuts": re.compile(r"([A-Z]{2}[0-9A-Z]{0,3})", re.ASCII),
}


class CodeList(StrEnum):
    """The lists that notices speak in."""

    CPV = "cpv"
    NUTS = "nuts"


class UnusableList(Invalid):
    """A file that holds no list of codes, or breaks off; nothing of it is kept."""

    code = "unusable_list"
    title = "Cette liste de codes n'est pas utilisable."


@dataclass(frozen=True, slots=True)
class Code:
    """A code and its meaning. CPV: eight digits; NUTS: two to five characters."""

    code: str
    label_fr: str
    label_en: str


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of a file that was left out; lines count from 1, entries of XML too."""

    line: int
    reason: str


def code_of(kind: CodeList, text: str) -> str | None:
    """The code as we keep it; ``None`` when the text is not one of this list."""
    found = _SHAPES[kind].fullmatch(text.strip())
    return found.group(1) if found else None
