"""A contract that runs: when it ends, and when its renewal is likely to be called for.

**End.** A term in months runs from date to date: from the notification to the same day of the last
month, or that month's last day when it has no such day (CCAG of 30 March 2021, article 3.2.2). The
term that buyers publish includes options and renewals (order of 22 December 2022 on essential
data), so nothing is added. A modification states the new whole term; the last one that states a
term counts. A number with which the contract would have ended before the modification itself
cannot be a whole term: it is read as months that were added.

**Bounds.** A framework agreement runs four years at most, eight for utilities, but for reasoned
exceptions (CCP L2125-1): past eight years the number is a slip, and four years count. Other
contracts are believed up to fifty years, concessions up to a century (CCP L3114-7 sets no
number); beyond, and at zero, the end is unknown.

**Call.** Between the call and the first day of the next contract a buyer needs time to receive
bids, choose, wait and notify (CCP R2161-2 and after: 30 to 35 days for bids; R2182-1: 11 days of
standstill): some three to six months in an adapted procedure, four to nine in an open one, six to
twelve when there are two rounds or a negotiation, nine months to two years for a concession
(CGCT L1411-1 and after: votes before and after, negotiation between). So a window, not a day.
Works that are done once call for no renewal: none is forecast without a framework or a concession.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum

from app.kernel.days import months_after
from app.kernel.money import Money

MAX_FRAMEWORK_MONTHS = 96
"""Eight years, of a utility's framework agreement (CCP L2125-1, 1°)."""

FRAMEWORK_MONTHS = 48
"""Four years, of a public authority's (the same)."""

MAX_MONTHS = 600
MAX_CONCESSION_MONTHS = 1_200

YEARS = range(1900, 2201)
"""Of beginnings that are believed; the longest concession ends before the calendar does."""

WORKS = "45"
"""CPV division of construction work."""


class Lead(Enum):
    """Months before the end between which a call is likely: (earliest, latest)."""

    ADAPTED = (6, 3)
    OPEN = (9, 4)
    TWO_ROUNDS = (12, 6)
    CONCESSION = (24, 9)
    UNKNOWN = (9, 3)


LONGEST_LEAD = max(lead.value[0] for lead in Lead)
"""Months before the end at which the earliest window opens."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a contract: a SIRET or another number of ``kind``, a name when one is told."""

    id: str | None
    kind: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A modification; what it does not state stays as it was."""

    signed_on: date | None
    months: int | None = None
    amount: Money | None = None
    holders: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as published: ``source_id`` names it in its source, ``months`` is its first term.

    ``started_on`` is the day from which the term runs; ``published_on`` that of the newest data.
    ``amendments`` are in their order.
    """

    source_id: str
    title: str
    buyer_siret: str | None
    started_on: date
    published_on: date
    buyer: str | None = None
    months: int | None = None
    cpv: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    concession: bool = False
    framework: bool = False
    procedure: str | None = None
    holders: tuple[Holder, ...] = ()
    amount: Money | None = None
    amendments: tuple[Amendment, ...] = ()

    @property
    def amount_now(self) -> Money | None:
        """As the last modification that states one has it."""
        stated = [one.amount for one in self.amendments if one.amount]
        return stated[-1] if stated else self.amount

    @property
    def holders_now(self) -> tuple[Holder, ...]:
        """As the last modification that names some has them (CCP R2194-6)."""
        named = [one.holders for one in self.amendments if one.holders]
        return named[-1] if named else self.holders


def term(contract: Contract) -> int | None:
    """The whole term in months, modifications counted; ``None`` when none is to be believed."""
    if contract.started_on.year not in YEARS:
        return None
    months = _believed(contract, contract.months)
    for amendment in contract.amendments:
        stated = _believed(contract, amendment.months)
        if stated is None:
            continue
        signed = amendment.signed_on
        ended_before = signed is not None and months_after(contract.started_on, stated) < signed
        months = _believed(contract, (months or 0) + stated) if ended_before else stated
    return months


def end_of(contract: Contract) -> date | None:
    """The contract's last day; ``None`` when it is not known."""
    months = term(contract)
    return months_after(contract.started_on, months) if months else None


def call_window(contract: Contract) -> tuple[date, date] | None:
    """The days between which a call for renewal is likely; ``None`` when none is to be expected."""
    ends_on = end_of(contract)
    if ends_on is None or _done_once(contract):
        return None
    earliest, latest = lead_of(contract).value
    return months_after(ends_on, -earliest), months_after(ends_on, -latest)


def lead_of(contract: Contract) -> Lead:
    """How long before the end the next call is likely, told by how this contract was let."""
    if contract.concession:
        return Lead.CONCESSION
    words = _plain(contract.procedure or "")
    for lead, marks in _MARKS.items():
        if any(mark in words for mark in marks):
            return lead
    return Lead.UNKNOWN


# As sources write them, the French data and eForms codes; "sans publicité" tells nothing.
_MARKS = {
    Lead.UNKNOWN: ("sans publicite", "neg-wo-call"),
    Lead.ADAPTED: ("adapte", "mapa"),
    Lead.TWO_ROUNDS: (
        *("restreint", "restricted", "negoci", "neg-", "dialog", "comp-dial", "innovation"),
        *("partenariat", "concours"),
    ),
    Lead.OPEN: ("ouvert", "open"),
}


def _done_once(contract: Contract) -> bool:
    works = bool(contract.cpv) and contract.cpv[0].startswith(WORKS)
    return works and not contract.framework and not contract.concession


def _believed(contract: Contract, months: int | None) -> int | None:
    if months is None or months <= 0:
        return None
    if contract.framework and not contract.concession:
        return months if months <= MAX_FRAMEWORK_MONTHS else FRAMEWORK_MONTHS
    most = MAX_CONCESSION_MONTHS if contract.concession else MAX_MONTHS
    return months if months <= most else None


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
