"""What companies prove about themselves, for whom to see.

Revision 0034, after 0033.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import PRESENT, SERVING, as_helper, wall

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

VISIBLE = f"""
    member_id = app.member()
    OR (audience = 'cluster' AND {PRESENT})
    OR (audience <> 'company' AND member_id = ANY ((SELECT app.joined_partners())::uuid[]))"""

# Who has joined a consortium that the caller has joined, leads, or is named in.
JOINED_PARTNERS = """
CREATE FUNCTION app.joined_partners() RETURNS uuid[] STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT ARRAY(
    SELECT DISTINCT p.member_id FROM public.party p
    WHERE p.cluster_id = app.cluster() AND p.joined_at IS NOT NULL AND p.left_at IS NULL
      AND p.consortium_id = ANY (app.my_consortia()));
END
"""


def upgrade() -> None:
    """The function that finds partners, then the table behind its wall."""
    with as_helper():
        op.execute(JOINED_PARTNERS)
        op.execute("REVOKE ALL ON FUNCTION app.joined_partners() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.joined_partners() TO {SERVING}")
    op.create_table(
        "certificate",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("member_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("issuer", sa.Text),
        sa.Column("number", sa.Text),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("added_by", sa.Uuid, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("file_id", sa.Uuid),
        sa.Column("file_type", sa.Text),
        sa.Column("file_size", sa.BigInteger),
        sa.Column("file_hash", sa.LargeBinary),
        sa.Column("file_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["cluster_id", "member_id"], ["member.cluster_id", "member.id"]),
        sa.CheckConstraint("valid_until >= valid_from", name="days"),
        sa.CheckConstraint("audience IN ('company', 'partners', 'cluster')", name="audience"),
        sa.CheckConstraint(
            "num_nulls(file_id, file_type, file_size, file_hash, file_at) IN (0, 5)", name="file"
        ),
        sa.Index(
            "ix_certificate_member",
            "cluster_id",
            "member_id",
            "id",
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
        sa.Index(
            "ix_certificate_file",
            "cluster_id",
            "file_id",
            postgresql_where=sa.text("file_id IS NOT NULL"),
        ),
    )
    wall(
        "certificate",
        visible=VISIBLE,
        writable=f"member_id = app.member() AND {PRESENT}",
        grants="SELECT, INSERT,"
        " UPDATE (file_at, file_hash, file_id, file_size, file_type, withdrawn_at)",
    )


def downgrade() -> None:
    """The table, then what its wall stood on."""
    op.drop_table("certificate")
    with as_helper():
        op.execute("DROP FUNCTION app.joined_partners()")
