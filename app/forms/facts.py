"""What a document is made of: the facts of one joint answer, and what is stamped on it."""

from dataclasses import dataclass
from datetime import date, datetime

from app.certificates.domain import Kind
from app.consortia.domain import HOLDERS, Form, PartyRole, Scope


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
class Proof:
    """A certificate that holds on the deadline; both days are included."""

    kind: Kind
    title: str | None
    issuer: str | None
    number: str | None
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a company lets the lead sign, and when; both days are included."""

    scope: frozenset[Scope]
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Party:
    """A company of the group, or one that works for a holder, and what it does as a whole.

    ``works_for`` is a place in ``Facts.parties``.
    """

    company: Company
    role: PartyRole
    tasks: str | None = None
    works_for: int | None = None
    payment_direct: bool | None = None
    payment_terms: str | None = None
    proofs: tuple[Proof, ...] = ()
    mandates: tuple[Mandate, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it will hold the contract."""
        return self.role in HOLDERS


@dataclass(frozen=True, slots=True)
class Part:
    """What a party does of a lot or of an item; ``party`` is its place in ``Facts.parties``.

    ``amount_cents`` is excluding tax, None where the lot has no amount; ``bps`` is the share that
    was agreed, None where a fixed amount was. ``mandate`` marks the lead's own task.
    """

    party: int
    tasks: str | None = None
    bps: int | None = None
    amount_cents: int | None = None
    mandate: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A tranche (0: the firm one), a work item, or a work item of a tranche, with its price."""

    tranche: int | None
    label: str | None
    amount_cents: int | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """What a party hands to others of what it has of a lot, in cents."""

    party: int
    fee_cents: int | None
    expenses_cents: int | None


@dataclass(frozen=True, slots=True)
class Terms:
    """The lead's fee of each part, and the common expenses with the party that keeps them.

    Expenses are ``expenses_bps`` of each part, or ``expenses_cents`` in all.
    """

    fee_bps: int | None = None
    expenses_bps: int | None = None
    expenses_cents: int | None = None
    keeper: int | None = None
    handed: tuple[Handed, ...] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot that the group answers; ``amount_cents`` is its bid excluding tax, if it has one.

    ``undivided``: it is the whole contract, which is in no lots.

    It is shared whole, by ``parts``, or item by item.
    """

    number: str
    title: str
    amount_cents: int | None = None
    parts: tuple[Part, ...] = ()
    items: tuple[Item, ...] = ()
    terms: Terms = Terms()
    undivided: bool = False

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """The parts of the whole, and those of every item."""
        return (*self.parts, *(part for item in self.items for part in item.parts))

    def of_party(self, place: int) -> int | None:
        """What a party is to have of it; None when one of its parts has no amount."""
        return _sum([part.amount_cents for part in self.all_parts if part.party == place])


@dataclass(frozen=True, slots=True)
class Facts:
    """A joint answer at one moment; among the parties the lead stands first, then other holders.

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
    def holders(self) -> tuple[Party, ...]:
        """The members of the group: who will hold the contract."""
        return tuple(one for one in self.parties if one.holds)

    @property
    def total_cents(self) -> int | None:
        """The whole bid excluding tax; None when a lot has no amount."""
        return _sum([lot.amount_cents for lot in self.lots])

    def mandated(self, scope: Scope) -> bool:
        """Whether every other member of the group lets the lead sign this."""
        return all(
            any(scope in one.scope for one in party.mandates)
            for party in self.holders
            if party is not self.lead
        )

    def of_party(self, place: int) -> int | None:
        """What a party is to have of all lots; None when one of its parts has no amount."""
        return _sum(
            [
                part.amount_cents
                for lot in self.lots
                for part in lot.all_parts
                if part.party == place
            ]
        )


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


def _sum(amounts: list[int | None]) -> int | None:
    """The whole; unknown when there is nothing, or one is unknown."""
    known = [one for one in amounts if one is not None]
    return sum(known) if known and len(known) == len(amounts) else None
