"""The file of a call, drawn once and kept.

Revision 0056, after 0055.
"""

from alembic import op

from app.infra.db.walls import wall

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Under the call's own id; a job draws it."""
    op.execute("""
        CREATE TABLE call_file (
          cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,
          member_id uuid NOT NULL, size bigint NOT NULL CHECK (size > 0),
          hash bytea NOT NULL CHECK (length(hash) = 32), drawn_at timestamptz NOT NULL,
          PRIMARY KEY (cluster_id, id),
          FOREIGN KEY (cluster_id, member_id, id) REFERENCES call (cluster_id, member_id, id))
    """)
    wall(
        "call_file",
        visible="member_id = app.member() OR (SELECT app.oversees())",
        writable="false",
        grants="SELECT, INSERT",
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON call_file"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
    )


def downgrade() -> None:
    """The files stay in the storage until they are swept."""
    op.drop_table("call_file")
