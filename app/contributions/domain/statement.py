"""What each party of a consortium owes the cluster, and the evidence of every figure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Part:
    """A party's part of an award, in cents excluding tax.

    ``member_id`` is None for a company outside the cluster: it owes nothing (S7).
    """

    party_id: UUID
    member_id: UUID | None
    base_cents: int


@dataclass(frozen=True, slots=True)
class ForecastEvidence:
    """Why so much is forecast: an award, the party's part of it, the rate on that day."""

    award_id: UUID
    lot_id: UUID | None
    base: Money
    bps: int
    policy_version: int
    trigger: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ChargeEvidence:
    """Why so much is due and charged: a flow, what of it counts, the rate of its day.

    ``source`` names the flow and is the reference of the transaction in the books;
    ``flow_base`` is what moved, ``base`` what of it is charged (less for a credit note larger
    than all that came in).
    """

    charge_id: UUID
    flow_id: UUID
    source: str
    award_id: UUID | None
    lot_id: UUID | None
    occurred_on: date
    flow_base: Money
    base: Money
    bps: int
    policy_version: int
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentEvidence:
    """Why so much is paid: a payment's share for one charge, below zero when given back.

    ``reference`` is None to a reader who may not see the payment itself.
    """

    charge_id: UUID
    received_on: date
    reference: str | None
    amount: Money


@dataclass(frozen=True, slots=True)
class PartyContribution:
    """One party's figures; each is the sum of its evidence.

    ``bps`` and ``policy_version`` are those of the newest forecast; lines carry their own.
    """

    party_id: UUID
    member_id: UUID
    bps: int | None
    policy_version: int | None
    forecasts: tuple[ForecastEvidence, ...]
    charges: tuple[ChargeEvidence, ...]
    payments: tuple[PaymentEvidence, ...]

    @property
    def part(self) -> Money:
        """The party's part of all awards, excluding tax."""
        return total(line.base for line in self.forecasts)

    @property
    def forecast(self) -> Money:
        """What it will owe when all of its part has come in."""
        return total(line.amount for line in self.forecasts)

    @property
    def due(self) -> Money:
        """What the trigger has made due so far: the flows, each at its line's rate."""
        return total(line.amount for line in self.charges)

    @property
    def charged(self) -> Money:
        """What has been charged: equal to what is due, since a flow is charged as it occurs."""
        return total(line.amount for line in self.charges)

    @property
    def paid(self) -> Money:
        """What payments have settled."""
        return total(line.amount for line in self.payments)


@dataclass(frozen=True, slots=True)
class ConsortiumContribution:
    """The parties' figures and their totals."""

    consortium_id: UUID
    parties: tuple[PartyContribution, ...]

    @property
    def part(self) -> Money:
        """All that was awarded to members, excluding tax."""
        return total(party.part for party in self.parties)

    @property
    def forecast(self) -> Money:
        """All that is forecast."""
        return total(party.forecast for party in self.parties)

    @property
    def due(self) -> Money:
        """All that is due."""
        return total(party.due for party in self.parties)

    @property
    def charged(self) -> Money:
        """All that is charged."""
        return total(party.charged for party in self.parties)

    @property
    def paid(self) -> Money:
        """All that is paid."""
        return total(party.paid for party in self.parties)


def total(amounts: Iterable[Money]) -> Money:
    """The sum of amounts; zero euros of none. Raises ``ValueError`` on two currencies."""
    given: Sequence[Money] = list(amounts)
    if not given:
        return Money(0)
    return sum(given[1:], start=given[0])
