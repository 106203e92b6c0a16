"""What each member owes for a year: pure arithmetic over what is known of it.

The fee is that of the policy in force on the first day of membership in the year, for the last
headcount declared by that policy's method (S12), for the part of the year (S14), rounded once.
What was charged before is taken off: a second run charges what changed, and nothing twice.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.contributions.domain import FTE, FeeTerms, HeadcountMethod, ProRata, effective
from app.kernel.errors import Conflict, Invalid
from app.kernel.money import half_up

EARLIEST_YEAR = 2000
"""Older than any cluster that uses this: a typing error."""
MAX_HUNDREDTHS = 1_000_000 * FTE
MOST_DECLARATIONS = 100
"""Of one company for one year: corrections, not a diary."""


class TooManyDeclarations(Conflict):
    """A company's headcount of one year was declared often enough."""

    code = "too_many_declarations"
    title = (
        f"Cet effectif a déjà été déclaré {MOST_DECLARATIONS} fois pour cette année :"
        " adressez-vous à la grappe."
    )


def check_year(year: int, today: date) -> None:
    """Raise Invalid for a year to come, or before 2000: its headcount is not known yet."""
    if not EARLIEST_YEAR <= year <= today.year:
        message = f"L'année va de {EARLIEST_YEAR} à {today.year}."
        raise Invalid.at("/year", "out_of_range", message)


class NoFee(StrEnum):
    """Why a member has no fee yet."""

    NO_POLICY = "no_policy"
    NO_HEADCOUNT = "no_headcount"
    OTHER_METHOD = "other_method"


@dataclass(frozen=True, slots=True)
class Version:
    """What a version of the policy says of fees."""

    id: UUID
    version: int
    valid_from: date
    terms: FeeTerms


@dataclass(frozen=True, slots=True)
class Declared:
    """A headcount as declared, in hundredths of a full-time equivalent."""

    id: UUID
    method: HeadcountMethod
    hundredths: int
    declared_on: date


@dataclass(frozen=True, slots=True)
class Charged:
    """A fee line of the year that is in the books already."""

    amount_cents: int
    policy_id: UUID


@dataclass(frozen=True, slots=True)
class Move:
    """A company came in (``joins``) or was gone, from a day on."""

    on: date
    joins: bool


@dataclass(frozen=True, slots=True)
class Spell:
    """Days of membership: from ``start`` up to, not including, ``end`` (None: it lasts)."""

    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Member:
    """A company and what its fee of one year hangs on; ``profile`` is its profile's headcount."""

    id: UUID
    joined_on: date
    moves: tuple[Move, ...]
    declared: tuple[Declared, ...]
    charged: tuple[Charged, ...]
    profile: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a year: ``counted`` of ``whole`` months or days."""

    counted: int
    whole: int


@dataclass(frozen=True, slots=True)
class Fee:
    """A line to charge: the difference between the year's fee and what was charged before.

    ``number`` counts the member's lines of the year; ``headcount`` is None when a company turns
    out not to have been a member in the year: what was charged is taken back.
    """

    member_id: UUID
    year: int
    number: int
    occurred_on: date
    policy: Version
    headcount: Declared | None
    part: Part
    fee_cents: int
    before_cents: int

    @property
    def amount_cents(self) -> int:
        """What is charged; below zero when it takes back."""
        return self.fee_cents - self.before_cents


@dataclass(frozen=True, slots=True)
class Missing:
    """A member whose fee nobody can tell, and why; never guessed."""

    member_id: UUID
    why: NoFee
    method: HeadcountMethod | None
    profile: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would charge, and for whom it cannot."""

    fees: tuple[Fee, ...]
    missing: tuple[Missing, ...]


def spells(joined_on: date, moves: Sequence[Move]) -> list[Spell]:
    """The days of membership that a company's moves, oldest first, make.

    A suspended company is a member. One admitted before moves were kept has ``joined_on`` alone.
    """
    found: list[Spell] = []
    start: date | None = None
    if not moves or not moves[0].joins:
        start = min([joined_on, *(move.on for move in moves[:1])])
    for move in moves:
        if move.joins:
            start = move.on
        elif start is not None:
            found.append(Spell(start, move.on))
            start = None
    if start is not None:
        found.append(Spell(start, None))
    return found


def in_year(membership: Sequence[Spell], year: int) -> list[Spell]:
    """The days of membership that lie in a year, each with its end."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    cut = [Spell(max(one.start, first), min(one.end or after, after)) for one in membership]
    return [one for one in cut if one.end is not None and one.start < one.end]


def part_of_year(within: Sequence[Spell], year: int, pro_rata: ProRata) -> Part:
    """The part of a year that is owed, of spells that ``in_year`` cut: they never overlap.

    A month begun counts whole, and once (S14).
    """
    cut = [(one.start, one.end - timedelta(days=1)) for one in within if one.end is not None]
    if pro_rata is ProRata.FULL:
        return Part(1 if cut else 0, 1)
    if pro_rata is ProRata.MONTH:
        begun = {month for first, last in cut for month in range(first.month, last.month + 1)}
        return Part(len(begun), 12)
    days = sum((last - first).days + 1 for first, last in cut)
    return Part(days, 366 if calendar.isleap(year) else 365)


def fee_of(terms: FeeTerms, hundredths: int, part: Part) -> int:
    """The fee in cents of a headcount for a part of the year, rounded half up, once."""
    return half_up(terms.yearly(hundredths) * part.counted, FTE * part.whole)


def plan(policies: Sequence[Version], members: Sequence[Member], year: int, today: date) -> Plan:
    """The lines that are still to charge for a year, in the order of the members' ids."""
    fees: list[Fee] = []
    missing: list[Missing] = []
    for member in sorted(members, key=lambda one: one.id):
        found = _of_member(policies, member, year, today)
        if isinstance(found, Missing):
            missing.append(found)
        # A first line stands even at zero: it is the proof that nothing is owed.
        elif found is not None and (found.amount_cents or not member.charged):
            fees.append(found)
    return Plan(tuple(fees), tuple(missing))


def _of_member(
    policies: Sequence[Version], member: Member, year: int, today: date
) -> Fee | Missing | None:
    within = in_year(spells(member.joined_on, member.moves), year)
    if not within and not member.charged:
        return None
    policy = _policy(policies, member, within)
    if policy is None:
        return Missing(member.id, NoFee.NO_POLICY, None, member.profile)
    method = policy.terms.method
    headcount = next((one for one in member.declared if one.method is method), None)
    if headcount is None and within:
        why = NoFee.OTHER_METHOD if member.declared else NoFee.NO_HEADCOUNT
        return Missing(member.id, why, method, member.profile)
    part = part_of_year(within, year, policy.terms.pro_rata)
    first = not member.charged
    return Fee(
        member_id=member.id,
        year=year,
        number=len(member.charged) + 1,
        # An adjustment is a fact of the day on which it is made.
        occurred_on=within[0].start if first else today,
        policy=policy,
        headcount=headcount,
        part=part,
        fee_cents=fee_of(policy.terms, headcount.hundredths, part) if headcount else 0,
        before_cents=sum(one.amount_cents for one in member.charged),
    )


def _policy(policies: Sequence[Version], member: Member, within: Sequence[Spell]) -> Version | None:
    """The version of the first line, for ever; else the one in force on the first day."""
    if member.charged:
        return next(one for one in policies if one.id == member.charged[0].policy_id)
    return effective(policies, within[0].start)
