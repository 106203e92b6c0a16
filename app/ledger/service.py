"""The use cases of the books: to write into them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.actor import Actor
from app.ledger import repository
from app.ledger.domain import Entry, Journal, Posting, accounts_of


async def post(
    session: AsyncSession,
    actor: Actor,
    *,
    journal: Journal,
    reference: str,
    occurred_on: date,
    memo: str,
    postings: Sequence[Posting],
) -> bool:
    """Write a transaction, once by its reference; whether it is new.

    ``memo`` is kept for ever and read by the treasurer: no price of a bid belongs there. A
    mistake is corrected by another transaction that reverses. Raises ``ValueError`` when there
    is nothing to post. What is dated in a closed period counts on the first open day; the database
    says which, for whoever writes may not know what is closed.
    """
    if not postings:
        raise ValueError("a transaction has one posting at least")
    transaction_id = await repository.add_transaction(
        session,
        actor,
        journal=journal,
        reference=reference,
        occurred_on=occurred_on,
        memo=memo,
    )
    if transaction_id is None:
        return False
    await repository.open_accounts(session, actor, accounts_of(postings))
    await repository.add_postings(session, actor, transaction_id, postings)
    return True


async def post_all(session: AsyncSession, actor: Actor, entries: Sequence[Entry]) -> None:
    """Write transactions whose references are new, in as many statements as one would take.

    Raises ``IntegrityError`` when a reference is in the books already.
    """
    if not entries:
        return
    postings = [posting for entry in entries for posting in entry.postings]
    await repository.open_accounts(session, actor, accounts_of(postings))
    await repository.add_entries(session, actor, entries)
