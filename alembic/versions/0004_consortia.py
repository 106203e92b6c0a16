"""Consortia: parties, split, agreement, submission, awards, receipts.

Revision 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import (
    OVERSEEN_WHEN_WON,
    PARTY,
    SERVING,
    as_helper,
    open_to_helper,
    wall,
)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PRIVATE = f"{PARTY} OR {OVERSEEN_WHEN_WON}"

# Prices open to overseers lot by lot: winning one does not open the bid on another.
WON_LOT = (
    "((SELECT app.oversees()) AND (consortium_id, lot_id) IN"
    " (SELECT a.consortium_id, a.lot_id FROM award a WHERE a.outcome = 'won'))"
)

# Parents last: the order in which a downgrade can drop them.
TABLES = (
    "receipt",
    "award_part",
    "award",
    "submission",
    "approval",
    "agreement",
    "split_line",
    "lot_price",
    "split",
    "party",
    "consortium_lot",
    "consortium",
)


def tenant_table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of one consortium, keyed by cluster and id."""
    op.create_table(
        name,
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("consortium_id", sa.Uuid, nullable=False),
        *columns,
        belongs("consortium_id", "consortium"),
        sa.Index(f"ix_{name}_consortium", "cluster_id", "consortium_id"),
    )


def belongs(column: str, table: str) -> sa.ForeignKeyConstraint:
    """A foreign key that cannot leave the cluster."""
    return sa.ForeignKeyConstraint(["cluster_id", column], [f"{table}.cluster_id", f"{table}.id"])


def uuid(name: str) -> "sa.Column[object]":
    """A required reference."""
    return sa.Column(name, sa.Uuid, nullable=False)


def instant(name: str) -> "sa.Column[object]":
    """A required instant."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Create the joint answer, then its walls."""
    op.create_table(
        "consortium",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        uuid("tender_id"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        uuid("lead_member_id"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        instant("created_at"),
        belongs("tender_id", "tender"),
        belongs("lead_member_id", "member"),
        sa.CheckConstraint(
            "form IN ('conjoint', 'conjoint_liable_lead', 'solidaire')", name="form"
        ),
        sa.CheckConstraint(
            "state IN ('forming', 'proposed', 'agreed', 'submitted', 'won', 'lost')", name="state"
        ),
        sa.UniqueConstraint("cluster_id", "tender_id", "id", name="uq_consortium_of_tender"),
    )
    tenant_table(
        "consortium_lot",
        uuid("tender_id"),
        uuid("lot_id"),
        sa.ForeignKeyConstraint(
            ["cluster_id", "tender_id", "lot_id"], ["lot.cluster_id", "lot.tender_id", "lot.id"]
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id", "tender_id", "consortium_id"],
            ["consortium.cluster_id", "consortium.tender_id", "consortium.id"],
        ),
        sa.UniqueConstraint("cluster_id", "consortium_id", "lot_id", name="uq_consortium_lot_once"),
    )
    create_parties_and_split()
    create_agreement()
    create_outcome()
    close_walls()


def create_parties_and_split() -> None:
    """Who, and for how much."""
    tenant_table(
        "party",
        uuid("member_id"),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("tasks", sa.Text),
        instant("joined_at"),
        sa.Column("left_at", sa.DateTime(timezone=True)),
        belongs("member_id", "member"),
        sa.CheckConstraint("role IN ('lead', 'co_contractor')", name="role"),
        sa.UniqueConstraint("cluster_id", "consortium_id", "id", name="uq_party_of_consortium"),
        # CCP R2142-20 and CE 283942: exactly one lead, itself a party.
        sa.Index(
            "uq_party_one_lead",
            "cluster_id",
            "consortium_id",
            unique=True,
            postgresql_where=sa.text("role = 'lead' AND left_at IS NULL"),
        ),
        sa.Index(
            "uq_party_once",
            "cluster_id",
            "consortium_id",
            "member_id",
            unique=True,
            postgresql_where=sa.text("left_at IS NULL"),
        ),
        sa.Index("ix_party_member", "cluster_id", "member_id"),
    )
    tenant_table(
        "split",
        sa.Column("number", sa.BigInteger, nullable=False),
        uuid("person_id"),
        instant("written_at"),
        sa.UniqueConstraint("cluster_id", "consortium_id", "number", name="uq_split_number"),
    )
    tenant_table(
        "lot_price",
        uuid("split_id"),
        uuid("lot_id"),
        sa.Column("amount_cents", sa.BigInteger),
        belongs("split_id", "split"),
        belongs("lot_id", "lot"),
        sa.CheckConstraint("amount_cents > 0", name="positive"),
        sa.UniqueConstraint("cluster_id", "split_id", "lot_id", name="uq_lot_price_once"),
    )
    tenant_table(
        "split_line",
        uuid("split_id"),
        uuid("lot_id"),
        uuid("party_id"),
        sa.Column("bps", sa.BigInteger),
        sa.Column("fixed_cents", sa.BigInteger),
        sa.Column("amount_cents", sa.BigInteger),
        sa.Column("tasks", sa.Text),
        belongs("split_id", "split"),
        belongs("lot_id", "lot"),
        belongs("party_id", "party"),
        sa.CheckConstraint("(bps IS NULL) <> (fixed_cents IS NULL)", name="bps_or_fixed"),
        sa.CheckConstraint("bps BETWEEN 1 AND 10000", name="bps"),
        sa.CheckConstraint("fixed_cents > 0", name="fixed"),
        sa.UniqueConstraint(
            "cluster_id", "split_id", "lot_id", "party_id", name="uq_split_line_once"
        ),
    )


def create_agreement() -> None:
    """What every party approves, and what was handed in."""
    tenant_table(
        "agreement",
        uuid("split_id"),
        sa.Column("form", sa.Text, nullable=False),
        uuid("person_id"),
        instant("proposed_at"),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        belongs("split_id", "split"),
        sa.Index(
            "uq_agreement_current",
            "cluster_id",
            "consortium_id",
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )
    tenant_table(
        "approval",
        uuid("agreement_id"),
        uuid("party_id"),
        uuid("person_id"),
        instant("approved_at"),
        belongs("agreement_id", "agreement"),
        belongs("party_id", "party"),
        sa.UniqueConstraint("cluster_id", "agreement_id", "party_id", name="uq_approval_once"),
    )
    tenant_table(
        "submission",
        uuid("agreement_id"),
        uuid("person_id"),
        sa.Column("platform", sa.Text),
        sa.Column("reference", sa.Text),
        instant("submitted_at"),
        belongs("agreement_id", "agreement"),
        sa.UniqueConstraint("cluster_id", "consortium_id", name="uq_submission_once"),
    )


def create_outcome() -> None:
    """Who won what, and the money that came in. Receipts are a book: they only grow."""
    tenant_table(
        "award",
        uuid("lot_id"),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("amount_cents", sa.BigInteger),
        sa.Column("notified_on", sa.Date, nullable=False),
        uuid("person_id"),
        instant("recorded_at"),
        belongs("lot_id", "lot"),
        sa.CheckConstraint("outcome IN ('won', 'lost')", name="outcome"),
        sa.CheckConstraint("amount_cents > 0", name="positive"),
        sa.CheckConstraint("outcome = 'won' OR amount_cents IS NULL", name="lost_bids_stay_shut"),
        sa.UniqueConstraint("cluster_id", "consortium_id", "lot_id", name="uq_award_once"),
        sa.Index(
            "uq_award_one_winner",
            "cluster_id",
            "lot_id",
            unique=True,
            postgresql_where=sa.text("outcome = 'won'"),
        ),
    )
    tenant_table(
        "award_part",
        uuid("award_id"),
        uuid("party_id"),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        belongs("award_id", "award"),
        belongs("party_id", "party"),
        sa.CheckConstraint("amount_cents >= 0", name="not_negative"),
        sa.UniqueConstraint("cluster_id", "award_id", "party_id", name="uq_award_part_once"),
    )
    tenant_table(
        "receipt",
        uuid("award_id"),
        uuid("party_id"),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("reverses", sa.Uuid),
        uuid("person_id"),
        instant("recorded_at"),
        belongs("award_id", "award"),
        belongs("party_id", "party"),
        belongs("reverses", "receipt"),
        sa.CheckConstraint("(amount_cents > 0) = (reverses IS NULL)", name="sign"),
        sa.UniqueConstraint("cluster_id", "reverses", name="uq_receipt_reversed_once"),
        # The same receipt declared by the party and by the lead is one flow.
        sa.Index(
            "uq_receipt_reference",
            "cluster_id",
            "award_id",
            "party_id",
            sa.text("lower(reference)"),
            unique=True,
            postgresql_where=sa.text("reverses IS NULL"),
        ),
    )


def close_walls() -> None:
    """Parties see everything of their consortium; overseers a header, amounts once it has won."""
    open_to_helper("consortium")
    open_to_helper("party")
    for table in ("consortium_lot", "agreement", "approval"):
        open_to_helper(table)
    with as_helper():
        # A person's own acts for another company, which row security hides from them as this one.
        op.execute("""
            CREATE FUNCTION app.signed_elsewhere(consortium uuid) RETURNS boolean
            STABLE SECURITY DEFINER
            BEGIN ATOMIC
              SELECT EXISTS (
                SELECT 1 FROM public.approval a
                JOIN public.party p ON p.cluster_id = a.cluster_id AND p.id = a.party_id
                JOIN public.agreement g ON g.cluster_id = a.cluster_id AND g.id = a.agreement_id
                JOIN public.consortium_lot l
                  ON l.cluster_id = a.cluster_id AND l.consortium_id = a.consortium_id
                JOIN public.consortium_lot mine
                  ON mine.cluster_id = l.cluster_id AND mine.lot_id = l.lot_id
                WHERE a.cluster_id = app.cluster() AND a.person_id = app.my_person()
                  AND a.consortium_id <> consortium AND mine.consortium_id = consortium
                  AND p.member_id <> app.member() AND g.withdrawn_at IS NULL);
            END
        """)
        op.execute("""
            CREATE FUNCTION app.my_consortia() RETURNS uuid[] STABLE SECURITY DEFINER
            BEGIN ATOMIC
              SELECT ARRAY(
                SELECT p.consortium_id FROM public.party p
                WHERE p.cluster_id = app.cluster() AND p.member_id = app.member()
                  AND p.left_at IS NULL
                UNION
                SELECT c.id FROM public.consortium c
                WHERE c.cluster_id = app.cluster() AND c.lead_member_id = app.member());
            END
        """)
        op.execute("""
            CREATE FUNCTION app.won_consortia() RETURNS uuid[] STABLE SECURITY DEFINER
            BEGIN ATOMIC
              SELECT ARRAY(
                SELECT c.id FROM public.consortium c
                WHERE c.cluster_id = app.cluster() AND c.state = 'won');
            END
        """)
        for name in ("my_consortia", "won_consortia", "signed_elsewhere"):
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {SERVING}")
    mine = "id = ANY ((SELECT app.my_consortia())::uuid[]) OR lead_member_id = app.member()"
    wall(
        "consortium",
        visible=f"{mine} OR (SELECT app.oversees())",
        writable=mine,
        grants="SELECT, INSERT, UPDATE (state, version)",
    )
    op.execute("CREATE INDEX ix_consortium_lead ON consortium (cluster_id, lead_member_id)")
    op.execute("CREATE INDEX ix_consortium_won ON consortium (cluster_id) WHERE state = 'won'")
    for table in reversed(TABLES[:-1]):
        visible = f"{PARTY} OR {WON_LOT}" if table in {"lot_price", "split_line"} else PRIVATE
        grants = "SELECT, INSERT"
        if table == "agreement":
            grants += ", UPDATE (withdrawn_at)"
        wall(table, visible=visible, writable=PARTY, grants=grants)
    op.execute(f"ALTER POLICY visible ON event WITH CHECK (consortium_id IS NULL OR {PARTY})")
    for table in ("event", "audit_entry"):
        own = " OR person_id = app.my_person()" if table == "audit_entry" else ""
        public = "(SELECT app.oversees())" if table == "audit_entry" else "true"
        op.execute(
            f"ALTER POLICY visible ON {table}"
            f" USING ((consortium_id IS NULL AND {public}) OR {PRIVATE}{own})"
        )


def downgrade() -> None:
    """Drop them, and give the journal its first walls back."""
    op.execute("ALTER POLICY visible ON event USING (consortium_id IS NULL) WITH CHECK (true)")
    op.execute(
        "ALTER POLICY visible ON audit_entry USING (person_id = app.my_person()"
        " OR (consortium_id IS NULL AND (SELECT app.oversees())))"
    )
    for table in TABLES:
        op.execute(f"DROP POLICY IF EXISTS visible ON {table}")
    with as_helper():
        op.execute("DROP FUNCTION app.my_consortia")
        op.execute("DROP FUNCTION app.signed_elsewhere")
        op.execute("DROP FUNCTION app.won_consortia")
    for table in TABLES:
        op.drop_table(table)
