"""What a document is made of: the facts of one joint answer, and what is stamped on it."""

from dataclasses import dataclass
from datetime import datetime

from app.consortia.domain import Form, PartyRole


@dataclass(frozen=True, slots=True)
class Company:
    """A company as it is declared; ``headcount`` is in full-time equivalents."""

    name: str
    siren: str | None = None
    siret: str | None = None
    legal_form: str | None = None
    address: str | None = None
    city: str | None = None
    headcount: int | None = None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """A company of the group, and what it does as a whole."""

    company: Company
    role: PartyRole
    tasks: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What a party does of a lot; ``party`` is its place in ``Facts.parties``.

    ``amount_cents`` is excluding tax, None where the lot has no amount; ``bps`` is the share that
    was agreed, None where a fixed amount was.
    """

    party: int
    tasks: str | None = None
    bps: int | None = None
    amount_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot that the group answers; ``amount_cents`` is its bid excluding tax, if it has one."""

    number: str
    title: str
    amount_cents: int | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """A joint answer at one moment; the lead stands first among the parties.

    ``deadline`` is in the buyer's zone.
    """

    cluster: str
    name: str
    form: Form
    tender: str
    buyer: str
    parties: tuple[Party, ...]
    lots: tuple[Lot, ...]
    concession: bool = False
    procedure: str | None = None
    url: str | None = None
    deadline: datetime | None = None
    split_number: int | None = None

    @property
    def lead(self) -> Party:
        """Who speaks for the group."""
        return next(one for one in self.parties if one.role == PartyRole.LEAD)

    @property
    def total_cents(self) -> int | None:
        """The whole bid excluding tax; None when a lot has no amount."""
        amounts = [lot.amount_cents for lot in self.lots]
        if not amounts or None in amounts:
            return None
        return sum(one for one in amounts if one is not None)

    def of_party(self, place: int) -> int | None:
        """What a party is to have of all lots; None when one of its parts has no amount."""
        amounts = [
            part.amount_cents for lot in self.lots for part in lot.parts if part.party == place
        ]
        if not amounts or None in amounts:
            return None
        return sum(one for one in amounts if one is not None)


@dataclass(frozen=True, slots=True)
class Clause:
    """An article of the agreement; ``law`` names where its rule comes from.

    Paragraphs of ``text`` are parted by an empty line; a line that begins with a dash is an item.
    """

    key: str
    title: str
    text: str
    law: str | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a document from the one before: its version, and when (in the cluster's zone)."""

    number: int
    at: datetime
