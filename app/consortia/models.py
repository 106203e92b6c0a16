"""Mapped classes of a joint answer, and the transitions that need only the object itself."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.consortia import domain
from app.consortia.domain import Outcome, State
from app.infra.db import Base, TenantRow


class Consortium(TenantRow, Base):
    """The header. It holds no amount: the coordinator may see it while prices stay shut."""

    __tablename__ = "consortium"

    tender_id: Mapped[UUID]
    name: Mapped[str]
    form: Mapped[str]
    form_at_award: Mapped[str | None]
    lead_member_id: Mapped[UUID]
    state: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]

    def speaker_for(self, party: "Party") -> UUID:
        """The company whose word a party's is: its own; the lead's for one from outside."""
        return self.lead_member_id if party.member_id is None else party.member_id

    def require_open(self) -> None:
        """Raise SplitFrozen once something was proposed for approval."""
        if self.state != State.FORMING:
            raise domain.SplitFrozen

    def propose(self) -> None:
        """An agreement awaits approval: composition and split are frozen. Raises SplitFrozen."""
        self.require_open()
        self.state = State.PROPOSED

    def reopen(self) -> None:
        """The agreement is withdrawn before the bid went out. Raises NotProposed."""
        if self.state not in {State.PROPOSED, State.AGREED}:
            raise domain.NotProposed
        self.state = State.FORMING

    def require_proposed(self) -> None:
        """Raise NotProposed unless an agreement awaits approval."""
        if self.state != State.PROPOSED:
            raise domain.NotProposed

    def agree(self) -> None:
        """Every party has approved. Raises NotProposed."""
        self.require_proposed()
        self.state = State.AGREED

    def require_before_bid(self) -> None:
        """Raise AlreadySubmitted once a bid is out, or it is over."""
        if self.state not in {State.FORMING, State.PROPOSED, State.AGREED}:
            raise domain.AlreadySubmitted

    def require_bid_out(self) -> None:
        """Raise RoundNotOpen unless a bid is out and nothing is decided."""
        if self.state != State.SUBMITTED:
            raise domain.RoundNotOpen

    def negotiate(self) -> None:
        """A bid that is out is written anew. Raises RoundNotOpen."""
        self.require_bid_out()
        self.state = State.FORMING

    def require_going_on(self) -> None:
        """Raise CompositionClosed when it is over."""
        if self.state in domain.OVER:
            raise domain.CompositionClosed

    def submit(self) -> None:
        """The bid is out. Raises NotAgreed."""
        if self.state != State.AGREED:
            raise domain.NotAgreed
        self.state = State.SUBMITTED

    def require_submitted(self) -> None:
        """Raise NotSubmitted unless a bid is out (another lot may be decided already)."""
        if self.state not in {State.SUBMITTED, State.WON}:
            raise domain.NotSubmitted

    def decide(self, outcomes: Collection[Outcome], lots: int) -> None:
        """What the outcomes that stand amount to (``domain.decided``)."""
        self.state = domain.decided(outcomes, lots)

    def require_unsigned(self) -> None:
        """Raise AlreadySigned once an outcome has become a contract, NotAwarded before any."""
        if self.state in domain.SIGNED | {State.CLOSED}:
            raise domain.AlreadySigned
        if self.state not in domain.DECIDED | {State.SUBMITTED}:
            raise domain.NotAwarded

    def withdraw(self) -> None:
        """The parties give up. Raises AlreadySigned, and NothingToWithdraw when it is over."""
        if self.state in domain.SIGNED:
            raise domain.AlreadySigned
        if self.state not in domain.WITHDRAWABLE:
            raise domain.NothingToWithdraw
        self.state = State.WITHDRAWN


class ConsortiumLot(TenantRow, Base):
    """A lot that the consortium answers."""

    __tablename__ = "consortium_lot"

    consortium_id: Mapped[UUID]
    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]


class Party(TenantRow, Base):
    """A company of the consortium, from when to when.

    Invited until it joins by its own word; it has left when it refused, was uninvited or withdrew.
    A company from outside the cluster has a name instead of a member.
    """

    __tablename__ = "party"

    consortium_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    company_name: Mapped[str | None]
    company_siret: Mapped[str | None]
    role: Mapped[str]
    tasks: Mapped[str | None]
    works_for: Mapped[UUID | None]
    payment_direct: Mapped[bool | None]
    payment_terms: Mapped[str | None]
    invited_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    joined_by: Mapped[UUID | None]
    left_at: Mapped[datetime | None]

    @property
    def holds(self) -> bool:
        """Whether it will hold the contract."""
        return self.role in domain.HOLDERS

    @property
    def contributor(self) -> UUID | None:
        """The member that owes the cluster on this part; none outside, nor for who works for one.

        DOMAIN 5.10: they count in the 100 % and not in the base.
        """
        return self.member_id if self.holds else None


class NamedPerson(TenantRow, Base):
    """Someone who sees what the parties see, and acts on nothing."""

    __tablename__ = "named_person"

    consortium_id: Mapped[UUID]
    person_id: Mapped[UUID]
    named_by: Mapped[UUID]
    named_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Wall(TenantRow, Base):
    """Who saw the prices of a rival is kept from this consortium; PostgreSQL raises walls."""

    __tablename__ = "wall"

    person_id: Mapped[UUID]
    consortium_id: Mapped[UUID]
    lot_id: Mapped[UUID]


class WallDecision(TenantRow, Base):
    """The coordinator lets a person or a company through the wall between rivals on a lot."""

    __tablename__ = "wall_decision"

    person_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None]
    lot_id: Mapped[UUID]
    reason: Mapped[str]
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]


class Agreement(TenantRow, Base):
    """A split and a form, proposed for every party's approval."""

    __tablename__ = "agreement"

    consortium_id: Mapped[UUID]
    split_id: Mapped[UUID]
    split_number: Mapped[int]
    form: Mapped[str]
    person_id: Mapped[UUID]
    proposed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Approval(TenantRow, Base):
    """A party's yes to an agreement."""

    __tablename__ = "approval"

    consortium_id: Mapped[UUID]
    agreement_id: Mapped[UUID]
    party_id: Mapped[UUID]
    person_id: Mapped[UUID]
    approved_at: Mapped[datetime]
    evidence: Mapped[str | None]


class Submission(TenantRow, Base):
    """The bid as handed in; ``submitted_at`` is the end of the upload (CCP R2151-5)."""

    __tablename__ = "submission"

    consortium_id: Mapped[UUID]
    agreement_id: Mapped[UUID]
    person_id: Mapped[UUID]
    platform: Mapped[str | None]
    reference: Mapped[str | None]
    submitted_at: Mapped[datetime]
    signed_by: Mapped[str]
    round: Mapped[int]


class Withdrawal(TenantRow, Base):
    """The parties give up their joint answer."""

    __tablename__ = "withdrawal"

    consortium_id: Mapped[UUID]
    reason: Mapped[str]
    person_id: Mapped[UUID]
    withdrawn_at: Mapped[datetime]


class Award(TenantRow, Base):
    """The outcome of the bid on a lot."""

    __tablename__ = "award"

    consortium_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    outcome: Mapped[str]
    amount_cents: Mapped[int | None]
    notified_on: Mapped[date]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
    winner: Mapped[str | None]
    score_hundredths: Mapped[int | None]
    winner_score_hundredths: Mapped[int | None]
    reason: Mapped[str | None]
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[UUID | None]
    reversal_reason: Mapped[str | None]
    signed_on: Mapped[date | None]

    def require_unsigned(self) -> None:
        """Raise AlreadySigned once it has become a contract."""
        if self.signed_on is not None:
            raise domain.AlreadySigned


class AwardPart(TenantRow, Base):
    """What a party holds of an awarded lot; ``mandate_cents`` of it are the lead's fee."""

    __tablename__ = "award_part"

    consortium_id: Mapped[UUID]
    award_id: Mapped[UUID]
    party_id: Mapped[UUID]
    amount_cents: Mapped[int]
    mandate_cents: Mapped[int] = mapped_column(default=0)


class Receipt(TenantRow, Base):
    """Money that a party received on the contract, excluding tax; a reversal is below zero."""

    __tablename__ = "receipt"

    consortium_id: Mapped[UUID]
    award_id: Mapped[UUID]
    party_id: Mapped[UUID]
    amount_cents: Mapped[int]
    received_on: Mapped[date]
    reference: Mapped[str]
    reverses: Mapped[UUID | None]
    person_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
