"""The part of the code that a contract is under: procurement, or concessions (R3135-1 to 9).

Revision 0054, after 0053.
"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

OF_CONCESSIONS = """
UPDATE signed_contract k SET law = 'concession'
FROM consortium c JOIN tender t ON t.cluster_id = c.cluster_id AND t.id = c.tender_id
WHERE c.cluster_id = k.cluster_id AND c.id = k.consortium_id AND t.concession
"""


def upgrade() -> None:
    """Say it of each contract, as its tender says; books refuse an UPDATE but for this one."""
    op.execute(
        "ALTER TABLE signed_contract ADD COLUMN law text NOT NULL DEFAULT 'procurement'"
        " CONSTRAINT ck_signed_contract_law CHECK (law IN ('procurement', 'concession'))"
    )
    op.execute("ALTER TABLE signed_contract DISABLE TRIGGER USER")
    op.execute(OF_CONCESSIONS)
    op.execute("ALTER TABLE signed_contract ENABLE TRIGGER USER")
    op.execute("ALTER TABLE signed_contract ALTER COLUMN law DROP DEFAULT")


def downgrade() -> None:
    """Forget it."""
    op.execute("ALTER TABLE signed_contract DROP COLUMN law")
