"""Text that people give: what is stored is what is seen.

Refused are control characters, and whatever shows nothing and changes how the rest is read:
bidirectional overrides and isolates (Unicode TR 36, 3.1), zero widths, soft hyphens, tags, fillers.
Two names that look alike would be two companies, and a title could read backwards in a mail. They
are refused and not taken out: what was signed is what was sent. Kept in long text only are tabs,
line breaks, and what joins or colours emoji (U+200D, U+FE0F).

Accented letters are stored composed (NFC), and only once the length is known to be bounded.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_BREAKS = r"\t\n\r"
_JOINERS = "\u200d\ufe0f"
# Unicode's general categories Cf, Zl, Zp, its Default_Ignorable_Code_Point, lone surrogates, and
# noncharacters; a test holds this list to Python's own tables.
_INVISIBLE = (
    "\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u17b4-\u17b5"
    "\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff"
    "\uffa0\ufdd0-\ufdef\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
) + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)
_NOT_IN_A_LINE = re.compile(f"[{_CONTROLS}{_BREAKS}{_JOINERS}{_INVISIBLE}]")
_NOT_IN_TEXT = re.compile(f"[{_CONTROLS}{_INVISIBLE}]")


@dataclass(frozen=True, slots=True)
class Text:
    """A string of ``least`` to ``most`` characters, without spaces around; one line, or several."""

    most: int
    least: int = 0
    lines: bool = False

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        bounded = core_schema.str_schema(min_length=self.least, max_length=self.most)
        return core_schema.no_info_after_validator_function(self.read, bounded)

    def read(self, given: str) -> str:
        """The text as it is stored; ``given`` is no longer than ``most``.

        Raises ``PydanticCustomError``.
        """
        found = (_NOT_IN_TEXT if self.lines else _NOT_IN_A_LINE).search(given)
        if found is not None:
            raise PydanticCustomError(
                "forbidden_character",
                "Un caractère invisible ou de commande n'est pas admis : {code} (position {at}).",
                {"code": f"U+{ord(found[0]):04X}", "at": found.start() + 1},
            )
        text = unicodedata.normalize("NFC", given).strip()
        if self.lines:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) < self.least:
            raise PydanticCustomError("blank", "Ce texte est vide.")
        if len(text) > self.most:  # a few characters are longer composed
            raise PydanticCustomError("string_too_long", "Ce texte est trop long.")
        return text
