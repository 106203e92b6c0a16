"""Tenders, lots, interests.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from app.infra.db.walls import wall

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what a cluster follows. It is open to the whole cluster: no price is in it."""
    op.create_table(
        "tender",
        sa.Column("cluster_id", sa.Uuid, sa.ForeignKey("cluster.cluster_id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("notice_id", sa.Uuid, sa.ForeignKey("notice.id")),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("buyer", sa.Text, nullable=False),
        sa.Column("nature", sa.Text),
        sa.Column("procedure", sa.Text),
        sa.Column("concession", sa.Boolean, nullable=False),
        sa.Column("several_bids", sa.Text, nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True)),
        sa.Column("deadline_zone", sa.Text),
        sa.Column("deadline_text", sa.Text),
        sa.Column("deadline_certain", sa.Boolean),
        sa.Column("cancelled", sa.Boolean, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("followed_by", sa.Uuid, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.CheckConstraint("several_bids IN ('allowed', 'forbidden', 'unknown')", name="several"),
        sa.CheckConstraint("nature IN ('works', 'supplies', 'services')", name="nature"),
        sa.CheckConstraint(
            "(deadline_at IS NULL) = (deadline_zone IS NULL)"
            " AND (deadline_at IS NULL) = (deadline_certain IS NULL)",
            name="deadline_whole",
        ),
        sa.UniqueConstraint("cluster_id", "notice_id", name="uq_tender_notice"),
        sa.Index("ix_tender_notice_id", "notice_id"),
        sa.Index("ix_tender_deadline", "cluster_id", "deadline_at"),
    )
    op.create_table(
        "lot",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("cpv", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("estimate_cents", sa.BigInteger),
        sa.ForeignKeyConstraint(["cluster_id", "tender_id"], ["tender.cluster_id", "tender.id"]),
        sa.UniqueConstraint("cluster_id", "tender_id", "position", name="uq_lot_position"),
        # What a consortium's lot points at: the tender is part of the key, so none can stray.
        sa.UniqueConstraint("cluster_id", "tender_id", "id", name="uq_lot_of_tender"),
    )
    op.create_table(
        "interest",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("lot_id", sa.Uuid, nullable=False),
        sa.Column("member_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("stance", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id", "tender_id", "lot_id"], ["lot.cluster_id", "lot.tender_id", "lot.id"]
        ),
        sa.ForeignKeyConstraint(["cluster_id", "member_id"], ["member.cluster_id", "member.id"]),
        sa.CheckConstraint("stance IN ('lead', 'part', 'no')", name="stance"),
        sa.UniqueConstraint("cluster_id", "lot_id", "member_id", name="uq_interest_per_lot"),
    )
    # Requests add and read; a notice's correction comes by a job.
    wall("tender", grants="SELECT, INSERT")
    op.execute("GRANT UPDATE ON tender TO grappe_job")
    wall("lot", grants="SELECT, INSERT")
    wall(
        "interest",
        writable="member_id = app.member()",
        grants="SELECT, INSERT, UPDATE (person_id, stance, note, declared_at)",
    )
    op.execute("""
        CREATE FUNCTION app.followers(notice uuid) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS 'SELECT DISTINCT t.cluster_id FROM public.tender t WHERE t.notice_id = notice'
    """)
    op.execute("REVOKE EXECUTE ON FUNCTION app.followers FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.followers TO grappe_job")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION app.followers")
    for table in ("interest", "lot", "tender"):
        op.drop_table(table)
