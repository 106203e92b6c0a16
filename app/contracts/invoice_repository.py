"""Queries of what is billed and paid; each starts from what the caller may see."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import domain
from app.contracts.domain import InvoiceKind, Movement, Payable
from app.contracts.invoice_models import AccountReceipt, Invoice
from app.contracts.models import SignedContract
from app.kernel.errors import NotFound

STANDS = """NOT EXISTS (SELECT FROM invoice b
    WHERE b.cluster_id = i.cluster_id AND b.reverses = i.id) AND i.reverses IS NULL"""
"""SQL: an invoice ``i`` was not taken back, and takes none back."""
NOT_REFUSED = """NOT EXISTS (SELECT FROM invoice_decision d
    WHERE d.cluster_id = i.cluster_id AND d.invoice_id = i.id AND NOT d.approved)"""
APPROVED = """EXISTS (SELECT FROM invoice_decision d
    WHERE d.cluster_id = i.cluster_id AND d.invoice_id = i.id AND d.approved)"""
CAME = """(SELECT coalesce(sum(r.amount_cents), 0)::bigint FROM receipt r
    WHERE r.cluster_id = y.cluster_id AND (r.id = y.receipt_id OR r.reverses = y.receipt_id))"""
"""SQL: what came in by a payment ``y``, nothing once its receipt was taken back."""

_INVOICED = text(f"""
    SELECT coalesce(sum(i.amount_cents), 0)::bigint FROM invoice i
    WHERE i.cluster_id = app.cluster() AND i.contract_id = :contract AND i.party_id = :party
      AND i.kind = ANY (CAST(:kinds AS text[])) AND {STANDS} AND {NOT_REFUSED}""")

_APPROVED = text(f"""
    SELECT i.party_id, sum(i.amount_cents)::bigint FROM invoice i
    WHERE i.cluster_id = app.cluster() AND i.contract_id = :contract
      AND i.kind = ANY (CAST(:kinds AS text[])) AND {STANDS} AND {APPROVED}
    GROUP BY i.party_id""")

_DECIDED = text(f"""
    SELECT {STANDS} AS stands, (SELECT d.approved FROM invoice_decision d
      WHERE d.cluster_id = i.cluster_id AND d.invoice_id = i.id) AS approved
    FROM invoice i WHERE i.cluster_id = app.cluster() AND i.id = :invoice""")

_PAYABLE = text(f"""
    WITH paid AS MATERIALIZED (
      SELECT y.invoice_id, y.party_id, {CAME} AS came FROM invoice_payment y
      WHERE y.cluster_id = app.cluster() AND y.contract_id = :contract),
    approved AS MATERIALIZED (
      SELECT i.party_id, sum(i.amount_cents)::bigint AS cents FROM invoice i
      WHERE i.cluster_id = app.cluster() AND i.contract_id = :contract AND {STANDS} AND {APPROVED}
      GROUP BY i.party_id)
    SELECT i.id, {STANDS} AND {APPROVED} AND i.amount_cents >= 0 AS payable, i.amount_cents,
      (SELECT coalesce(sum(p.came), 0)::bigint FROM paid p WHERE p.invoice_id = i.id) AS on_invoice,
      coalesce(a.cents, 0) AS approved,
      (SELECT coalesce(sum(p.came), 0)::bigint FROM paid p WHERE p.party_id = i.party_id) AS paid
    FROM invoice i LEFT JOIN approved a ON a.party_id = i.party_id
    WHERE i.cluster_id = app.cluster() AND i.contract_id = :contract
      AND i.id = ANY (CAST(:invoices AS uuid[]))""")

MOVEMENTS = f"""
    SELECT l.invoice_id, l.party_id, a.received_on AS moved_on, l.amount_cents, l.tax_cents
    FROM account_line l JOIN account_receipt a
      ON a.cluster_id = l.cluster_id AND a.id = l.account_receipt_id
    WHERE l.cluster_id = app.cluster() AND l.contract_id = {{contract}}
    UNION ALL
    SELECT p.invoice_id, p.party_id, p.received_on, -p.came,
      CASE WHEN p.came = 0 THEN 0 ELSE -p.tax_cents END
    FROM (SELECT y.invoice_id, y.party_id, y.tax_cents, r.received_on, {CAME} AS came
      FROM invoice_payment y JOIN receipt r
        ON r.cluster_id = y.cluster_id AND r.id = y.receipt_id
      WHERE y.cluster_id = app.cluster() AND y.contract_id = {{contract}}
        AND y.through_account) p"""
"""SQL: what moved on a contract's joint account; a transfer taken back moved nothing."""

_UNDECIDED = text(f"""
    SELECT count(*) FROM invoice i WHERE i.cluster_id = app.cluster()
      AND i.contract_id = :contract AND {STANDS} AND NOT EXISTS (SELECT FROM invoice_decision d
        WHERE d.cluster_id = i.cluster_id AND d.invoice_id = i.id)""")

_LINES = text("""
    SELECT l.invoice_id, l.party_id, l.amount_cents, l.tax_cents FROM account_line l
    WHERE l.cluster_id = app.cluster() AND l.account_receipt_id = :receipt ORDER BY l.id""")


async def invoice(session: AsyncSession, contract: SignedContract, invoice_id: UUID) -> Invoice:
    """An invoice of a contract; raises NotFound."""
    found = await session.get(Invoice, (contract.cluster_id, invoice_id))
    if found is None or found.contract_id != contract.id:
        raise NotFound
    return found


async def standing(session: AsyncSession, invoice: Invoice) -> tuple[bool, bool | None]:
    """Whether an invoice stands, and whether it was approved (None: not decided)."""
    row = (await session.execute(_DECIDED, {"invoice": invoice.id})).one()
    return bool(row.stands), row.approved


async def invoiced(
    session: AsyncSession, contract: SignedContract, party_id: UUID, kinds: Collection[InvoiceKind]
) -> int:
    """What a party has billed of these kinds, in cents: neither refused nor taken back."""
    values = {"contract": contract.id, "party": party_id, "kinds": sorted(kinds)}
    return int(await session.scalar(_INVOICED, values) or 0)


async def approved(
    session: AsyncSession, contract: SignedContract, kinds: Collection[InvoiceKind]
) -> dict[UUID, int]:
    """What each party was approved of these kinds, in cents; not what was taken back."""
    values = {"contract": contract.id, "kinds": sorted(kinds)}
    return dict(row for row in await session.execute(_APPROVED, values))


async def invoices(
    session: AsyncSession, contract: SignedContract, ids: Collection[UUID]
) -> dict[UUID, Invoice]:
    """Invoices of a contract by their ids; raises NotFound unless all are there."""
    query = select(Invoice).where(
        Invoice.cluster_id == contract.cluster_id,
        Invoice.contract_id == contract.id,
        Invoice.id.in_(ids),
    )
    found = {one.id: one for one in await session.scalars(query)}
    if found.keys() != set(ids):
        raise NotFound
    return found


async def payable(
    session: AsyncSession, contract: SignedContract, ids: Collection[UUID]
) -> dict[UUID, Payable]:
    """What was approved and paid, of invoices and of their parties; in one query."""
    values = {"contract": contract.id, "invoices": list(ids)}
    return {
        row.id: Payable(row.amount_cents, row.on_invoice, row.approved, row.paid, row.payable)
        for row in await session.execute(_PAYABLE, values)
    }


async def movements(session: AsyncSession, contract: SignedContract) -> list[Movement]:
    """What moved on the joint account of a contract."""
    query = text(MOVEMENTS.format(contract=":contract"))
    return [Movement(*row) for row in await session.execute(query, {"contract": contract.id})]


async def undecided(session: AsyncSession, contract: SignedContract) -> int:
    """How many invoices await the lead's word."""
    return int(await session.scalar(_UNDECIDED, {"contract": contract.id}) or 0)


async def account_receipt(
    session: AsyncSession, contract: SignedContract, receipt_id: UUID
) -> AccountReceipt:
    """A receipt on the joint account that can be taken back; raises NotFound, AlreadyReversed."""
    found = await session.get(AccountReceipt, (contract.cluster_id, receipt_id))
    if found is None or found.contract_id != contract.id:
        raise NotFound
    if found.reverses is not None:
        raise domain.AlreadyReversed
    return found


async def lines(
    session: AsyncSession, receipt: AccountReceipt
) -> list[tuple[UUID, UUID, int, int]]:
    """Invoice, party, amount and tax of each line of a receipt on the account."""
    rows = await session.execute(_LINES, {"receipt": receipt.id})
    return [(row.invoice_id, row.party_id, row.amount_cents, row.tax_cents) for row in rows]
