"""Cleaning what buyers and old encodings leave in texts, without inventing words."""

import html
import re
from urllib.parse import urlsplit

MAX_URL = 2000
"""Characters that browsers and proxies all carry."""

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CUT_ENTITY = re.compile(r"&(?:a|ap|apo|apos|am|amp|q|qu|quo|quot|#[0-9]{0,4})$")
_MOJIBAKE_APOSTROPHE = re.compile("â(?:€|euro|\x80)(?:™|\x99)")

_TAG = re.compile(r"([/!]?)([A-Za-z-][A-Za-z0-9-]*)")
_INLINE = frozenset(
    {"a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"}
)

# A sign that Latin-1 lacks (’ or œ) reaches us as ``?`` or ``¿``. Only places where no question
# can stand are mended: an elided letter before a vowel, and the few French words in œ.
_LOST_OE = re.compile(
    r"""[?¿](?=uvr)
    | (?:(?<=\bc)|(?<=\bch)|(?<=\bs)|(?<=\bm))[?¿](?=urs?\b)
    | (?<=\bn)[?¿](?=uds?\b)
    | (?<=\bv)[?¿](?=ux?\b)
    | (?<=\bb)[?¿](?=ufs?\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_LOST_APOSTROPHE = re.compile(
    r"""(?:(?<=\b[cdjlmnst])|(?<=\bqu))
    (?<![/.=&-][a-z])[?¿](?![^\s?]*=)  # an address keeps its question mark
    (?=[aeiouyhàâäéèêëîïôöùûüœæ])""",
    re.VERBOSE | re.IGNORECASE,
)


def _odd_characters() -> dict[int, str | None]:
    """C1 controls as Windows-1252 meant them; controls, bidi marks and surrogates to nothing."""
    table: dict[int, str | None] = dict.fromkeys(range(0x20))
    table |= {ord(blank): " " for blank in "\t\v\f\r"} | {ord("\n"): "\n"}
    for code in range(0x7F, 0xA0):
        table[code] = bytes([code]).decode("cp1252", errors="ignore").replace("\x7f", "") or None
    # U+202E and its kin turn a title's end over; zero widths defeat searches.
    hidden = [0xAD, 0x061C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF]
    table |= dict.fromkeys([*hidden, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
    # UTF-8, and so PostgreSQL, cannot hold half of a surrogate pair.
    table |= dict.fromkeys(range(0xD800, 0xE000))
    table |= {0x02BC: "’", 0x2028: "\n", 0x2029: "\n"}
    return table


_ODD = _odd_characters()
_ODD_SIGN = re.compile(
    "["
    + "".join(re.escape(chr(code)) for code, mended in _ODD.items() if mended != chr(code))
    + "]"
)
"""What looking for costs less than the mending: line ends and wide blanks are not printable too."""


def clean(text: str) -> str:
    """One line of readable text: entities, lost signs and blanks mended, hidden marks removed."""
    return " ".join(_mend(text).split())


def clean_lines(text: str) -> str:
    """Like ``clean``, keeping the author's lines; blank lines are never doubled."""
    lines = [" ".join(line.split()) for line in _mend(text.replace("\r\n", "\n")).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def clean_cut(text: str) -> str:
    """Like ``clean``, for a text its source has cut: half an entity at its end becomes ``…``."""
    return clean(_CUT_ENTITY.sub("…", text.rstrip()))


def unescape(text: str) -> str:
    """Undo HTML entities that end in ``;``, twice, as some sources escape twice.

    ``html.unescape`` alone also eats ``&reg`` out of ``R&region``.
    """
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    return text


def address(written: str) -> str | None:
    """An address of the web that can be shown as a link, or None."""
    url = unescape(written.strip())
    if len(url) > MAX_URL or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def without_tags(markup: str) -> str:
    """The words of HTML, a line for each block; scripts and styles say nothing.

    In one pass: no markup, however broken, costs more than its length.
    """
    first, *pieces = markup.split("<")
    words, silent = [first], ""
    for piece in pieces:
        tag, closed, text = piece.partition(">")
        found = _TAG.match(tag)
        if found is None or not closed:
            # A sign of less-than, not a tag.
            words.append("" if silent else f"<{piece}")
            continue
        name = found.group(2).lower()
        if silent:
            if not (found.group(1) and name == silent):
                continue
            silent = ""
        elif name in ("script", "style") and not found.group(1):
            silent = name
            continue
        words.append(("" if name in _INLINE else "\n") + text)
    return "".join(words)


def _mend(text: str) -> str:
    # Most texts need nothing, and a notice has a hundred: each look is cheaper than the mending.
    if text.isascii() and text.isprintable() and "&" not in text and "?" not in text:
        return text
    if "&" in text:
        text = unescape(text)
    if "â" in text:
        text = _MOJIBAKE_APOSTROPHE.sub("’", text)
    if (not text.isprintable() and _ODD_SIGN.search(text)) or "ʼ" in text:
        text = text.translate(_ODD)
    if "?" in text or "¿" in text:
        text = _LOST_OE.sub(_oe, text)
        text = _LOST_APOSTROPHE.sub("’", text)
    return text


def _oe(found: re.Match[str]) -> str:
    following = found.string[found.end() : found.end() + 1]
    return "Œ" if following.isupper() else "œ"
