"""Words as one types them into a search engine: which must be there, and which must not.

Pure syntax. Stems, stop words and accents are PostgreSQL's business (``app.asked``).
"""

import json
import re
from dataclasses import dataclass

MAX_WORDS = 40
"""Words and phrases of one search; those beyond are not read."""

_QUOTES = str.maketrans(dict.fromkeys("«»“”„‟＂", '"'))
_TOKEN = re.compile(r'(?P<not>-?)"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+)')
_EITHER = frozenset({"or", "ou"})


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed: one of the groups of ``any`` must be there whole, none of ``none``.

    Each term is a word or a phrase, as it was typed. What is excluded is never found, in
    whichever group it stood.
    """

    any: tuple[tuple[str, ...], ...]
    none: tuple[str, ...]

    def as_json(self) -> str:
        """What ``app.asked`` takes."""
        return json.dumps({"any": self.any, "none": self.none}, ensure_ascii=False)


def read_words(typed: str) -> Words:
    """Read what was typed; anything has a meaning, if only that of nothing.

    ``"…"`` or ``« … »`` keeps words together, ``-`` excludes, ``or`` or ``ou`` between words
    parts the groups; ``and`` is understood between the words of a group.
    """
    groups: list[list[str]] = [[]]
    none: list[str] = []
    tokens = list(_TOKEN.finditer(typed.translate(_QUOTES)))[:MAX_WORDS]
    for token in tokens:
        phrase, word = token["phrase"], token["word"] or ""
        if phrase is None and word.lower() in _EITHER:
            groups.append([])
            continue
        excluded = bool(token["not"]) or word.startswith("-")
        term = (word.lstrip("-") if phrase is None else phrase).strip()
        if not any(sign.isalnum() for sign in term):
            continue
        (none if excluded else groups[-1]).append(term)
    return Words(tuple(tuple(group) for group in groups if group), tuple(none))
