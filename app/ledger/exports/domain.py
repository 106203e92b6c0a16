"""An entry as a file shows it, and the two files: what needs no database.

The FEC (*fichier des écritures comptables*) is laid out as article A47 A-1 of the *livre des
procédures fiscales* says: 18 columns in this order, tabs, dates YYYYMMDD, a decimal comma,
ISO 8859-15, entries numbered without a gap.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from app.kernel.errors import NotFound
from app.ledger.chart.domain import Chart
from app.ledger.domain import Journal

FEC_COLUMNS = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit"),
    *("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"),
)
FEC_ENCODING = "iso8859-15"

_JOURNALS: Mapping[Journal, str] = {
    Journal.SALES: "Ventes",
    Journal.BANK: "Banque",
    Journal.OTHER: "Opérations diverses",
}
_SPELT = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "ł": "l", "Ł": "L"}
_SPELT |= {"ı": "i", "đ": "d", "Đ": "D", "•": "-", "\u202f": " ", "\u2009": " ", "‐": "-", "‑": "-"}
"""What ISO 8859-15 lacks and Unicode does not take apart."""


class NothingClosed(NotFound):
    """No period of that fiscal year is closed: what is still open may move."""

    title = (
        "Aucune période de cet exercice n'est clôturée : seules les périodes closes s'exportent."
    )


@dataclass(frozen=True, slots=True)
class Side:
    """One of our accounts, as the books have it; ``siren`` of the member whose it is."""

    code: str
    name: str
    siren: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """An amount in cents, above zero, from the credited account to the debited one."""

    debit: Side
    credit: Side
    cents: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A numbered entry of a closed period."""

    number: int
    journal: Journal
    booked_on: date
    occurred_on: date
    closed_on: date
    reference: str
    memo: str
    chart_version: int
    lines: tuple[Line, ...]


def entry_from(stored: Mapping[str, Any]) -> Entry:
    """The entry of what the database gave as JSON."""
    return Entry(
        number=stored["number"],
        journal=Journal(stored["journal"]),
        booked_on=date.fromisoformat(stored["booked_on"]),
        occurred_on=date.fromisoformat(stored["occurred_on"]),
        closed_on=date.fromisoformat(stored["closed_on"]),
        reference=stored["reference"],
        memo=stored["memo"],
        chart_version=stored["chart_version"],
        lines=tuple(
            Line(Side(*one["debit"]), Side(*one["credit"]), one["cents"]) for one in stored["lines"]
        ),
    )


def fec_name(siren: str, until: date) -> str:
    """The name of the file: of a whole year its last day, before that the last day closed."""
    return f"{siren}FEC{until:%Y%m%d}.txt"


def fec_head() -> bytes:
    """The line of the columns' names."""
    return _fec_line(FEC_COLUMNS)


def fec(entry: Entry, chart: Chart) -> bytes:
    """The lines of an entry: each posting as a debit, then a credit.

    ``chart`` is the version that its period was closed with. PieceDate is the fact's own day,
    ValidDate the day of the closing. Nothing is said of what settles what (EcritureLet, DateLet):
    a payment that comes later would change the bytes.
    """
    lines = []
    for line in entry.lines:
        amount = _comma(line.cents)
        for side, debit, credit in ((line.debit, amount, "0,00"), (line.credit, "0,00", amount)):
            named = chart.named(side.code, side.name, of_member=side.siren is not None)
            fields = (
                *(entry.journal.value, _JOURNALS[entry.journal]),
                *(str(entry.number), f"{entry.booked_on:%Y%m%d}", named.code, named.label),
                *(side.siren or "", side.name if side.siren else ""),
                *(entry.reference, f"{entry.occurred_on:%Y%m%d}", entry.memo, debit, credit),
                *("", "", f"{entry.closed_on:%Y%m%d}", "", ""),
            )
            lines.append(_fec_line(fields))
    return b"".join(lines)


def _fec_line(fields: tuple[str, ...]) -> bytes:
    return "\t".join(legible(one) for one in fields).encode(FEC_ENCODING) + b"\r\n"


@lru_cache(maxsize=4096)  # the same few names and sentences, line after line
def legible(text: str) -> str:
    """The text in what ISO 8859-15 has, on one line: other letters lose their accent at worst.

    What cannot be told so (other alphabets, drawings) is a question mark.
    """
    line = _on_one_line(text)
    return line if line.isascii() else "".join(_in_latin(one) for one in line)


def _in_latin(letter: str) -> str:
    parts = unicodedata.normalize("NFKD", letter)
    bare = "".join(one for one in parts if not unicodedata.combining(one))
    for form in (letter, _SPELT.get(letter, ""), bare):
        if form and _fits(form):
            return form
    return "?"


def _fits(text: str) -> bool:
    try:
        text.encode(FEC_ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _on_one_line(text: str) -> str:
    if text.isascii() and text.isprintable():  # nearly all of a file
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text)
    shown = (" " if unicodedata.category(one).startswith(("C", "Z")) else one for one in composed)
    return " ".join("".join(shown).split())


def _comma(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"


def journal_head(year: int) -> bytes:
    """How hledger reads what follows."""
    return f"; Exercice {year}\ncommodity 1000.00 EUR\n".encode()


def journal(entry: Entry, chart: Chart) -> bytes:
    """An entry as plain text accounting: hledger, ledger-cli. UTF-8."""
    return "\n".join(_journal_lines(entry, chart)).encode()


def _journal_lines(entry: Entry, chart: Chart) -> Iterator[str]:
    said = _plain(f"{entry.memo} {entry.reference}")
    yield f"\n{entry.booked_on}={entry.occurred_on} * ({entry.number}) {said}"
    for line in entry.lines:
        amount = f"{line.cents // 100}.{line.cents % 100:02} EUR"
        for side, sign in ((line.debit, ""), (line.credit, "-")):
            yield f"    {_account(side, chart)}  {sign}{amount}"
    yield ""


def _account(side: Side, chart: Chart) -> str:
    named = chart.named(side.code, side.name, of_member=side.siren is not None)
    whole = _plain(f"{named.code} {named.label}")
    return f"{whole}:{_plain(f'{side.siren} {side.name}')}" if side.siren else whole


def _plain(text: str) -> str:
    """Without what hledger reads as a comment, a level, or the end of a name."""
    return _on_one_line(text.translate({ord(one): " " for one in ";:|"}))
