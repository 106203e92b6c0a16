"""What a read of amounts asks: of which version they are, and of which consortium.

Revision 0010, after 0009.
"""

from alembic import op

from app.infra.db.walls import SERVING

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Both as the caller: row security holds inside, and they tell nothing that it hides.
FUNCTIONS = {
    "amounts_version(consortium uuid) RETURNS bigint": """
        SELECT coalesce(max(s.number), 0) FROM split s
        WHERE s.cluster_id = app.cluster() AND s.consortium_id = consortium""",
    "booked_for(reference text) RETURNS uuid": """
        SELECT f.consortium_id FROM flow f
        WHERE f.cluster_id = app.cluster() AND f.key = reference""",
}


def upgrade() -> None:
    """The number of a consortium's newest split (0: none seen), the consortium of a booking."""
    for signature, body in FUNCTIONS.items():
        name = signature.partition("(")[0]
        op.execute(f"CREATE FUNCTION app.{signature} LANGUAGE sql STABLE BEGIN ATOMIC {body}; END")
        op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION app.amounts_version, app.booked_for")
