"""What of contracts people should be reminded of; a job's questions, inside one cluster."""

from datetime import date
from itertools import groupby
from operator import attrgetter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.consortia.service import Reminder, reminder
from app.contracts import domain
from app.contracts.domain import Movement
from app.contracts.invoice_repository import MOVEMENTS, STANDS

# What the lead bills itself waits for nobody else's word.
_UNDECIDED = text(f"""
    SELECT i.consortium_id, i.id AS subject_id, NULL::date AS due_on,
      ARRAY[c.lead_member_id] AS companies
    FROM invoice i
    JOIN consortium c ON c.cluster_id = i.cluster_id AND c.id = i.consortium_id
    JOIN party p ON p.cluster_id = i.cluster_id AND p.id = i.party_id
    WHERE i.cluster_id = app.cluster() AND {STANDS}
      AND p.member_id IS DISTINCT FROM c.lead_member_id
      AND NOT EXISTS (SELECT FROM invoice_decision d
        WHERE d.cluster_id = i.cluster_id AND d.invoice_id = i.id)
    ORDER BY i.id""")

_ACCOUNTS = text(f"""
    SELECT k.id, k.consortium_id, k.account_days, c.lead_member_id,
      m.invoice_id, m.party_id, m.moved_on, m.amount_cents, m.tax_cents, p.member_id
    FROM signed_contract k
    JOIN consortium c ON c.cluster_id = k.cluster_id AND c.id = k.consortium_id
    CROSS JOIN LATERAL ({MOVEMENTS.format(contract="k.id")}) m
    JOIN party p ON p.cluster_id = k.cluster_id AND p.id = m.party_id
    WHERE k.cluster_id = app.cluster() AND k.payment = 'joint_account'
    ORDER BY k.id""")


async def undecided_invoices(session: AsyncSession, today: date) -> list[Reminder]:  # noqa: ARG001
    """Invoices that wait for the lead's word; asked of every day alike."""
    return [reminder(row) for row in await session.execute(_UNDECIDED)]


async def standing_accounts(session: AsyncSession, today: date) -> list[Reminder]:
    """Joint accounts that are not empty the contract's days after a receipt.

    They concern the lead, who pays out, and those to whom money is owed.
    """
    found = []
    for contract_id, rows in groupby(await session.execute(_ACCOUNTS), key=attrgetter("id")):
        moved = list(rows)
        contract = moved[0]
        state = domain.state_of(
            [
                Movement(
                    one.invoice_id, one.party_id, one.moved_on, one.amount_cents, one.tax_cents
                )
                for one in moved
            ],
            contract.account_days,
            today,
        )
        if state.since is None or not state.overdue:
            continue
        owed = {one.member_id for one in moved if one.party_id in state.owed}
        found.append(
            Reminder(
                contract.consortium_id,
                contract_id,
                state.since.toordinal(),
                state.empty_by,
                frozenset({contract.lead_member_id, *owed} - {None}),
            )
        )
    return found
