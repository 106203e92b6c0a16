"""Shapes of flows on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StrictInt, StringConstraints

from app.flows.domain import Nature, Side, State, Statement
from app.infra.http.day import Day
from app.infra.http.ids import ConsortiumId, FlowId, MemberId
from app.infra.http.listing import Page
from app.infra.http.schemas import In, MoneyOut, Out, ShortText
from app.kernel.money import MAX_CENTS


class SignedMoneyIn(In):
    """An amount in integer cents; below zero on a credit note."""

    amount_cents: StrictInt = Field(ge=-MAX_CENTS, le=MAX_CENTS, examples=[1_250_000])
    currency: Annotated[str, StringConstraints(pattern="^EUR$")] = Field("EUR", examples=["EUR"])


class FlowIn(In):
    """What one side says of an invoice."""

    nature: Nature
    side: Side = Field(Side.SELLER, description="Who says it; in co-contracting, the seller.")
    member_id: MemberId | None = Field(
        None, description="Whose word it is, when coordinator or treasurer enter it."
    )
    counterpart_id: MemberId = Field(
        description="The other side; in co-contracting, the member that shares the contract."
    )
    number: ShortText = Field(description="Of the invoice.", examples=["F2026-031"])
    invoiced_on: Day
    amount: SignedMoneyIn = Field(description="Excluding tax.")
    label: ShortText | None = Field(None, examples=["Sonorisation du festival"])
    corrects_id: FlowId | None = Field(None, description="The flow that a credit note corrects.")
    consortium_id: ConsortiumId | None = Field(
        None,
        description="The joint answer, won by both, inside which it was invoiced: what that "
        "contract is charged is not charged again.",
    )

    def statement(self) -> Statement:
        """What the rules read."""
        return Statement(
            self.nature,
            self.side,
            self.counterpart_id,
            self.number,
            self.invoiced_on,
            self.amount.amount_cents,
            self.label,
            self.corrects_id,
            self.consortium_id,
        )


class FlowSearch(Page):
    """Which flows; every filter given must hold."""

    member_id: MemberId | None = Field(None, description="Seller or buyer.")
    nature: Nature | None = None
    state: State | None = None
    since: Day | None = Field(None, description="Invoiced on this day or later.")
    until: Day | None = Field(None, description="Invoiced on this day or before.")


class WordOut(Out):
    """What one side has said."""

    side: Side
    amount: MoneyOut
    invoiced_on: date
    label: str | None
    consortium_id: ConsortiumId | None
    said_at: datetime


class ReversalIn(In):
    """Why a flow counts no more."""

    reason: ShortText = Field(examples=["Facture saisie deux fois sous deux numéros"])


class ReversalOut(Out):
    """Why a flow counts no more, and since when."""

    reason: str
    reversed_at: datetime


class FlowOut(Out):
    """An invoice between members as its two sides say it."""

    id: FlowId
    nature: Nature
    state: State
    seller_id: MemberId
    buyer_id: MemberId | None
    partner_id: MemberId | None = Field(description="In co-contracting; who does not see it.")
    number: str
    corrects_id: FlowId | None
    amount: MoneyOut = Field(description="That stands: the seller's, where the two differ.")
    invoiced_on: date
    charged_elsewhere: bool = Field(description="Inside a joint answer: not charged again.")
    seller_word: WordOut | None
    buyer_word: WordOut | None
    reversal: ReversalOut | None
