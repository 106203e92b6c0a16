"""Shapes of the books on the wire."""

from datetime import date, datetime

from pydantic import Field

from app.infra.http.ids import AccountId, MemberId, TransactionId
from app.infra.http.schemas import MoneyOut, Out
from app.ledger.domain import Journal


class AccountOut(Out):
    """An account and its balance."""

    id: AccountId
    code: str = Field(
        description="Code of the French chart of accounts; 411 and a SIREN for a member.",
        examples=["411732829320"],
    )
    name: str
    member_id: MemberId | None
    debit: MoneyOut = Field(description="Sum of what entered the account.")
    credit: MoneyOut = Field(description="Sum of what left the account.")
    balance: MoneyOut = Field(description="Debit less credit: above zero, a member owes it.")


class PostingOut(Out):
    """An amount from one account to another."""

    debit: str = Field(description="Code of the account debited.", examples=["411732829320"])
    credit: str = Field(description="Code of the account credited.", examples=["706"])
    amount: MoneyOut


class TransactionOut(Out):
    """What was written at once."""

    id: TransactionId
    reference: str = Field(
        description="Names the fact that was written; unique in the cluster.",
        examples=["receipt:rec_0197a3f02c5e7b1a9d40c8e65f3a2b10"],
    )
    journal: Journal = Field(description="VE sales, BQ bank, OD other.")
    occurred_on: date = Field(description="The day of the fact.")
    booked_on: date = Field(
        description="The accounting day: that of the fact, or the first that was open still."
    )
    posted_at: datetime = Field(description="The instant of writing.")
    memo: str
    postings: list[PostingOut]
