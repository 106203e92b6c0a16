"""Documents as PDF: facts in, bytes out. Rendering only: no database, no caller, no clock."""

from app.forms.facts import Clause, Company, Facts, Lot, Part, Party, Stamp
from app.forms.kinds import Kind, draw
from app.forms.placeholders import PLACEHOLDERS, unknown_placeholders
from app.forms.render import DocumentTooLarge, Rendered, Rendering

__all__ = [
    "PLACEHOLDERS",
    "Clause",
    "Company",
    "DocumentTooLarge",
    "Facts",
    "Kind",
    "Lot",
    "Part",
    "Party",
    "Rendered",
    "Rendering",
    "Stamp",
    "draw",
    "unknown_placeholders",
]
