"""Writing to and reading from the books.

Whoever charges a receipt writes here and may not read here: nothing below looks a row up before
it writes, and no write asks for its row back (RETURNING would need the right to read).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid5

from sqlalchemy import CursorResult, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import ListQuery, add_all_at_once, hold, instant, public_id
from app.journal.openings import OPENING
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.ledger.domain import Account, Entry, Journal, Posting
from app.ledger.models import LedgerClosing, LedgerPosting, LedgerTransaction


async def hold_books(session: AsyncSession, actor: Actor) -> None:
    """Keep everyone from writing in the cluster's books until the transaction ends.

    Under the name that the database takes, shared, for each transaction that is written.
    """
    await hold(session, f"books {actor.cluster_id}")


async def last_closing(session: AsyncSession, actor: Actor) -> LedgerClosing | None:
    """The newest closing, or None."""
    query = (
        select(LedgerClosing)
        .where(LedgerClosing.cluster_id == actor.cluster_id)
        .order_by(LedgerClosing.until_day.desc())
        .limit(1)
    )
    found: LedgerClosing | None = await session.scalar(query)
    return found


def account_id(cluster_id: UUID, code: str) -> UUID:
    """The id of an account follows from its code, so that no one has to look it up."""
    return uuid5(cluster_id, code)


async def open_accounts(session: AsyncSession, actor: Actor, accounts: Sequence[Account]) -> None:
    """Open the accounts that are not yet open."""
    # Without a conflict target: naming one would require the right to read the row in the way.
    statement = text(
        "INSERT INTO ledger_account (cluster_id, id, code, name, member_id)"
        " SELECT :cluster, * FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]),"
        " CAST(:names AS text[]), CAST(:members AS uuid[])) ON CONFLICT DO NOTHING"
    )
    values = {
        "cluster": actor.cluster_id,
        "ids": [account_id(actor.cluster_id, account.code) for account in accounts],
        "codes": [account.code for account in accounts],
        "names": [account.name for account in accounts],
        "members": [account.member_id for account in accounts],
    }
    await session.execute(statement, values)


async def add_transaction(
    session: AsyncSession,
    actor: Actor,
    *,
    journal: Journal,
    reference: str,
    occurred_on: date,
    memo: str,
) -> UUID | None:
    """Add a transaction and give its id; None when its reference is in the books already."""
    fresh = new_id()
    statement = insert(LedgerTransaction).values(
        cluster_id=actor.cluster_id,
        id=fresh,
        journal=journal.value,
        reference=reference,
        occurred_on=occurred_on,
        posted_at=actor.now,
        memo=memo,
    )
    # The count of an INSERT is dropped with its cursor, unless asked for.
    added = await session.execute(
        statement.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True}
    )
    return fresh if cast("CursorResult[Any]", added).rowcount == 1 else None


async def add_postings(
    session: AsyncSession, actor: Actor, transaction_id: UUID, postings: Sequence[Posting]
) -> None:
    """Add the postings of a transaction."""
    session.add_all(_posting(actor, transaction_id, posting) for posting in postings)
    await session.flush()


async def add_entries(session: AsyncSession, actor: Actor, entries: Sequence[Entry]) -> None:
    """Add transactions with their postings, on accounts that are open."""
    ids = [new_id() for _ in entries]
    transactions = (
        LedgerTransaction(
            cluster_id=actor.cluster_id,
            id=fresh,
            journal=entry.journal.value,
            reference=entry.reference,
            occurred_on=entry.occurred_on,
            posted_at=actor.now,
            memo=entry.memo,
        )
        for fresh, entry in zip(ids, entries, strict=True)
    )
    postings = (
        _posting(actor, fresh, posting)
        for fresh, entry in zip(ids, entries, strict=True)
        for posting in entry.postings
    )
    await add_all_at_once(session, [*transactions, *postings])


def _posting(actor: Actor, transaction_id: UUID, posting: Posting) -> LedgerPosting:
    return LedgerPosting(
        cluster_id=actor.cluster_id,
        id=new_id(),
        transaction_id=transaction_id,
        debit_account_id=account_id(actor.cluster_id, posting.debit.code),
        credit_account_id=account_id(actor.cluster_id, posting.credit.code),
        amount_cents=posting.amount_cents,
        currency=posting.currency,
    )


def _side(side: str) -> str:
    return (
        "(SELECT coalesce(sum(p.amount_cents), 0) FROM ledger_posting p"
        f" WHERE p.cluster_id = a.cluster_id AND p.{side}_account_id = a.id)"
    )


_MONEY = "json_build_object('amount_cents', {}, 'currency', 'EUR')"

ACCOUNTS = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("acc", "a.id")}, 'code', a.code, 'name', a.name,
          'member_id', {public_id("mem", "a.member_id")},
          'debit', {_MONEY.format(_side("debit"))},
          'credit', {_MONEY.format(_side("credit"))},
          'balance', {_MONEY.format(f"{_side('debit')} - {_side('credit')}")}) AS item,
          ARRAY[a.code] AS keys
        FROM ledger_account a WHERE a.cluster_id = app.cluster()""",
    order="a.code",
    after="a.code > {}",
    position_length=1,
)
"""The accounts in the order of their codes, with their balances."""

TRANSACTIONS = ListQuery(
    select=f"""
        SELECT json_build_object(
          'id', {public_id("txn", "t.id")}, 'reference', t.reference,
          'journal', t.journal, 'occurred_on', t.occurred_on, 'booked_on', t.booked_on,
          'posted_at', {instant("t.posted_at")}, 'memo', t.memo,
          'postings', (
            SELECT json_agg(json_build_object(
              'debit', d.code, 'credit', c.code,
              'amount', json_build_object(
                'amount_cents', p.amount_cents, 'currency', p.currency)) ORDER BY p.id)
            FROM ledger_posting p
            JOIN ledger_account d ON d.cluster_id = p.cluster_id AND d.id = p.debit_account_id
            JOIN ledger_account c ON c.cluster_id = p.cluster_id AND c.id = p.credit_account_id
            WHERE p.cluster_id = t.cluster_id AND p.transaction_id = t.id)) AS item,
          ARRAY[t.id::text] AS keys, app.booked_for(t.reference) AS opens
        FROM ledger_transaction t WHERE t.cluster_id = app.cluster()""",
    order="t.id DESC",
    after="t.id < {}::uuid",
    position_length=1,
    trace=OPENING,
)
"""The transactions with their postings, newest first, on record: they show parts."""
