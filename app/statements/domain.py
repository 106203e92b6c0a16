"""Rules of statements. Standard library and kernel only."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from io import StringIO
from typing import Any

from app.kernel.errors import Invalid

BEGINNING = date(2000, 1, 1)
"""Before any cluster that uses this: a statement from here opens at zero."""


def period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days of a statement, both included: by default all, up to today. Raises Invalid."""
    begins, ends = first or BEGINNING, last or today
    if ends < begins:
        message = "La période finit avant de commencer : donnez un jour qui suit."
        raise Invalid.at("/query/until", "before_from", message)
    return begins, ends


COLUMNS = ("Écrit le", "Fait du", "Nature", "Référence", "Dû", "Payé", "Solde")
"""Of the file: amounts in euros with a decimal comma, the running balance last."""

_CHARGES = {
    "receipt": "Contribution sur encaissement",
    "award": "Contribution sur attribution",
    "fee": "Cotisation annuelle",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a cell begins that a spreadsheet would compute instead of showing."""


def head(opening_cents: int) -> str:
    """The first lines of the file: a byte order mark, as spreadsheets ask for; the opening."""
    return "\ufeff" + _written(
        [COLUMNS, ("", "", "Solde à l'ouverture", "", "", "", euros(opening_cents))]
    )


def rows(lines: Iterable[Mapping[str, Any]], balance_cents: int) -> tuple[str, int]:
    """Lines of the file for lines of the statement, and the balance after them, in cents."""
    shown = []
    for line in lines:
        cents = line["amount"]["amount_cents"]
        balance_cents += cents
        paid = line["kind"] == "payment"
        shown.append(
            (
                _day(line["written_on"]),
                _day(line["occurred_on"]),
                nature(line["kind"], line["reference"]),
                _safe(line["reference"]),
                "" if paid else euros(cents),
                euros(-cents) if paid else "",
                euros(balance_cents),
            )
        )
    return _written(shown), balance_cents


def nature(kind: str, reference: str) -> str:
    """What a line is, in words."""
    if kind == "charge":
        return _CHARGES.get(reference.partition(":")[0], "Contribution sur facture")
    return "TVA d'un appel" if kind == "vat" else "Paiement"


def euros(cents: int) -> str:
    """An amount with a decimal comma and without other marks, as French spreadsheets read it."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole},{part:02d}"


def _day(written: str) -> str:
    return f"{date.fromisoformat(written):%d/%m/%Y}"


def _safe(given: str) -> str:
    return f"'{given}" if given.startswith(_FORMULA) else given


def _written(lines: Iterable[Iterable[str]]) -> str:
    out = StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(lines)
    return out.getvalue()
