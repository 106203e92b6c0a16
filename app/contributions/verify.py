"""Whether charges, payments and settlements are in the books to the cent: the operator's check."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import public_id
from app.kernel.report import Report
from app.ledger.verify import find_faults

# What each transaction moves into an account of a kind (above zero), or out of it.
_MOVED = """
    SELECT t.reference, sum(CASE WHEN d.code LIKE '{0}' THEN p.amount_cents ELSE 0 END
      - CASE WHEN c.code LIKE '{0}' THEN p.amount_cents ELSE 0 END) AS cents
    FROM ledger_transaction t
    JOIN ledger_posting p ON p.cluster_id = t.cluster_id AND p.transaction_id = t.id
    JOIN ledger_account d ON d.cluster_id = p.cluster_id AND d.id = p.debit_account_id
    JOIN ledger_account c ON c.cluster_id = p.cluster_id AND c.id = p.credit_account_id
    WHERE t.cluster_id = :cluster GROUP BY t.reference"""
_SUM = """
    SELECT {0} AS id, sum(amount_cents) AS cents FROM {1}
    WHERE cluster_id = :cluster GROUP BY {0}"""
_BALANCE = """
    SELECT a.{0} AS id, sum(CASE WHEN a.id = p.debit_account_id THEN p.amount_cents
      ELSE -p.amount_cents END) AS cents
    FROM ledger_account a JOIN ledger_posting p ON p.cluster_id = a.cluster_id
      AND a.id IN (p.debit_account_id, p.credit_account_id)
    WHERE a.cluster_id = :cluster AND {1} GROUP BY a.{0}"""


def _differ(said: str, booked: str) -> str:
    return (
        f"coalesce({booked}, 0) || ' c dans les livres au lieu de ' || coalesce({said}, 0) || ' c'"
    )


_OWED = "coalesce(c.cents, 0) + coalesce(x.cents, 0) - coalesce(s.cents, 0)"

RULES = (
    f"""
    SELECT 'charge ' || c.id || ' (' || coalesce(f.key, 'sans flux') || ') : '
      || {_differ("c.amount_cents", "-m.cents")}
    FROM charge c
    LEFT JOIN flow f ON f.cluster_id = c.cluster_id AND f.id = c.flow_id
    LEFT JOIN ({_MOVED.format("7%")}) AS m ON m.reference = f.key
    WHERE c.cluster_id = :cluster AND coalesce(-m.cents, 0) <> c.amount_cents ORDER BY c.id""",
    f"""
    SELECT 'payment ' || p.id || ' : ' || {_differ("p.amount_cents", "m.cents")}
    FROM payment p
    LEFT JOIN ({_MOVED.format("512%")}) AS m
      ON m.reference = 'payment:' || {public_id("pay", "p.id")}
    WHERE p.cluster_id = :cluster AND coalesce(m.cents, 0) <> p.amount_cents ORDER BY p.id""",
    f"""
    SELECT 'ledger_transaction ' || t.id || ' (' || t.reference || ') : sans origine'
    FROM ledger_transaction t
    LEFT JOIN flow f ON f.cluster_id = t.cluster_id AND f.key = t.reference
    LEFT JOIN charge c ON c.cluster_id = f.cluster_id AND c.flow_id = f.id
    LEFT JOIN payment p ON p.cluster_id = t.cluster_id
      AND t.reference = 'payment:' || {public_id("pay", "p.id")}
    WHERE t.cluster_id = :cluster AND t.journal <> 'OD' AND num_nulls(c.id, p.id) = 2
      AND NOT EXISTS (SELECT FROM charge_tax x
        WHERE x.cluster_id = t.cluster_id AND x.reference = t.reference) ORDER BY t.id""",
    f"""
    SELECT 'charge ' || c.id || ' : réglée de ' || s.cents || ' c sur '
      || c.amount_cents + coalesce(t.cents, 0) || ' c'
    FROM charge c JOIN ({_SUM.format("charge_id", "settlement")}) AS s ON s.id = c.id
    LEFT JOIN ({_SUM.format("charge_id", "charge_tax")}) AS t ON t.id = c.id
    WHERE c.cluster_id = :cluster
      AND s.cents NOT BETWEEN least(c.amount_cents + coalesce(t.cents, 0), 0)
        AND greatest(c.amount_cents + coalesce(t.cents, 0), 0) ORDER BY c.id""",
    f"""
    SELECT 'payment ' || p.id || ' : règle ' || s.cents || ' c sur ' || p.amount_cents || ' c'
    FROM payment p JOIN ({_SUM.format("payment_id", "settlement")}) AS s ON s.id = p.id
    WHERE p.cluster_id = :cluster AND s.cents NOT BETWEEN 0 AND p.amount_cents ORDER BY p.id""",
    f"""
    SELECT 'compte 411 de member ' || m.id || ' : '
      || {_differ(_OWED, "b.cents")}
    FROM member m
    LEFT JOIN ({_SUM.format("member_id", "charge")}) AS c ON c.id = m.id
    LEFT JOIN ({_SUM.format("member_id", "charge_tax")}) AS x ON x.id = m.id
    LEFT JOIN ({_SUM.format("member_id", "settlement")}) AS s ON s.id = m.id
    LEFT JOIN ({_BALANCE.format("member_id", "a.member_id IS NOT NULL")}) AS b ON b.id = m.id
    WHERE m.cluster_id = :cluster
      AND coalesce(b.cents, 0) <> {_OWED} ORDER BY m.id""",
    f"""
    SELECT 'taxe ' || x.reference || ' : ' || {_differ("x.cents", "-m.cents")}
    FROM ({_SUM.format("reference", "charge_tax").replace("AS id", "AS reference")}) AS x
    LEFT JOIN ({_MOVED.format("44571")}) AS m ON m.reference = x.reference
    WHERE x.cents <> 0 AND coalesce(-m.cents, 0) <> x.cents ORDER BY x.reference""",
    f"""
    SELECT 'compte 4191 : ' || {_differ("a.expected", "b.cents")}
    FROM (SELECT
        coalesce((SELECT sum(amount_cents) FROM settlement WHERE cluster_id = :cluster), 0)
        - coalesce((SELECT sum(amount_cents) FROM payment WHERE cluster_id = :cluster), 0)
        AS expected) AS a
    LEFT JOIN ({_BALANCE.format("cluster_id", "a.code = '4191'")}) AS b ON true
    WHERE coalesce(b.cents, 0) <> a.expected""",
)
"""Each gives a sentence for each row that is wrong. What a member owes is what was charged, with
the tax of what was called, less what was settled; what no charge has used of the payments is an
advance."""

_SIZE = text("""
    SELECT (SELECT count(*) FROM charge WHERE cluster_id = :cluster),
      (SELECT count(*) FROM payment WHERE cluster_id = :cluster)""")


async def check_accounts(
    session: AsyncSession, cluster_id: UUID, *, advance: Callable[[int], None]
) -> Report:
    """Charges and payments against the books, to the cent; the operator's act."""
    report = Report()
    await find_faults(session, cluster_id, RULES, report, advance)
    charges, payments = (await session.execute(_SIZE, {"cluster": cluster_id})).one()
    report.summary = f"{charges} contributions, {payments} paiements"
    return report
