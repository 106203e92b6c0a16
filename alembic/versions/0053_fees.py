"""Headcounts declared, how a policy makes fees of them, and fees among charges.

Revision 0053, after 0052.
"""

from alembic import op

from app.infra.db.walls import wall

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

OVERSEEN = "(SELECT app.oversees())"
KEPT = "(SELECT app.keeps_books())"
METHODS = "('average', 'december_31', 'maximum')"
KINDS = {
    "kind": ("'award'", "'receipt'", "'invoice'", "'reversal'"),
    "nature": ("'joint_answer'", "'co_contracting'", "'business'"),
}


def upgrade() -> None:
    """What the versions there are said of fees is the default of the new settings."""
    op.execute(f"""
        ALTER TABLE policy
          ADD COLUMN headcount_method text NOT NULL DEFAULT 'average'
            CONSTRAINT ck_policy_method CHECK (headcount_method IN {METHODS}),
          ADD COLUMN pro_rata text NOT NULL DEFAULT 'month'
            CONSTRAINT ck_policy_pro_rata CHECK (pro_rata IN ('full', 'month', 'day')),
          ADD COLUMN fee_per_fte_cents bigint, ADD COLUMN fee_floor_cents bigint,
          ADD COLUMN fee_cap_cents bigint,
          ADD CONSTRAINT ck_policy_linear CHECK (
            num_nulls(fee_per_fte_cents, fee_floor_cents, fee_cap_cents) IN (0, 3)
            AND fee_per_fte_cents >= 0 AND fee_floor_cents BETWEEN 0 AND fee_cap_cents)
    """)
    op.execute("""
        ALTER TABLE policy ALTER COLUMN headcount_method DROP DEFAULT,
          ALTER COLUMN pro_rata DROP DEFAULT
    """)
    create_headcounts()
    for column, known in KINDS.items():
        allow(column, *known, "'fee'")
    op.execute(
        "ALTER TABLE flow ADD CONSTRAINT ck_flow_fee CHECK ((kind = 'fee') = (nature = 'fee'))"
    )
    op.execute("CREATE INDEX ix_flow_fee ON flow (cluster_id, member_id) WHERE kind = 'fee'")
    op.execute("""
        ALTER TABLE charge ALTER COLUMN bps DROP NOT NULL,
          ADD CONSTRAINT ck_charge_rate CHECK (bps IS NOT NULL OR consortium_id IS NULL)
    """)


def create_headcounts() -> None:
    """A book: what a company, or the treasurer for it, said of its headcount, and when."""
    op.execute(f"""
        CREATE TABLE headcount (
          cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,
          member_id uuid NOT NULL, year bigint NOT NULL CHECK (year BETWEEN 2000 AND 9999),
          method text NOT NULL CHECK (method IN {METHODS}),
          hundredths bigint NOT NULL CHECK (hundredths BETWEEN 0 AND 100000000),
          declared_on date NOT NULL, person_id uuid NOT NULL, recorded_at timestamptz NOT NULL,
          PRIMARY KEY (cluster_id, id),
          FOREIGN KEY (cluster_id, member_id) REFERENCES member)
    """)
    op.execute("CREATE INDEX ix_headcount_member ON headcount (cluster_id, member_id, year)")
    wall(
        "headcount",
        visible=f"member_id = app.member() OR {OVERSEEN}",
        writable=f"person_id = app.my_person() AND (member_id = app.member() OR {KEPT})",
        grants="SELECT, INSERT",
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON headcount"
        " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
    )


def allow(column: str, *known: str) -> None:
    """What a column of flows may say."""
    op.execute(
        f"ALTER TABLE flow DROP CONSTRAINT flow_{column}_check,"
        f" ADD CONSTRAINT flow_{column}_check CHECK ({column} IN ({', '.join(known)}))"
    )


def downgrade() -> None:
    """Fees were the last kind of charge; books that have some cannot go back."""
    op.execute("ALTER TABLE charge DROP CONSTRAINT ck_charge_rate, ALTER COLUMN bps SET NOT NULL")
    op.execute("DROP INDEX ix_flow_fee")
    op.execute("ALTER TABLE flow DROP CONSTRAINT ck_flow_fee")
    for column, known in KINDS.items():
        allow(column, *known)
    op.drop_table("headcount")
    op.execute("""
        ALTER TABLE policy DROP COLUMN headcount_method, DROP COLUMN pro_rata,
          DROP COLUMN fee_per_fte_cents, DROP COLUMN fee_floor_cents, DROP COLUMN fee_cap_cents
    """)
