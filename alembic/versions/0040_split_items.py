"""Splits by tranche and work item, the lead's fee, common expenses, each party's part of a lot.

Revision 0040, after 0039.
"""

from alembic import op

from app.infra.db.walls import PARTY, wall

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
WON_LOT = (
    "((SELECT app.oversees()) AND (consortium_id, lot_id) IN"
    " (SELECT a.consortium_id, a.lot_id FROM award a WHERE a.outcome = 'won'))"
)
"""As lines have it: prices open to overseers lot by lot."""

OF_A_LOT = """
    cluster_id uuid NOT NULL, id uuid NOT NULL, consortium_id uuid NOT NULL,
    split_id uuid NOT NULL, lot_id uuid NOT NULL,
    PRIMARY KEY (cluster_id, id),
    FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium,
    FOREIGN KEY (cluster_id, split_id) REFERENCES split,
    FOREIGN KEY (cluster_id, lot_id) REFERENCES lot"""
TABLES = {
    "split_item": f"""{OF_A_LOT},
    tranche bigint, label text, amount_cents bigint,
    CONSTRAINT ck_split_item_named CHECK (num_nonnulls(tranche, label) > 0),
    CONSTRAINT ck_split_item_tranche CHECK (tranche BETWEEN 0 AND 99),
    CONSTRAINT ck_split_item_label CHECK (label <> ''),
    CONSTRAINT ck_split_item_positive CHECK (amount_cents > 0)""",
    "split_part": f"""{OF_A_LOT},
    party_id uuid NOT NULL, amount_cents bigint, mandate_cents bigint, fee_cents bigint,
    expenses_cents bigint,
    FOREIGN KEY (cluster_id, party_id) REFERENCES party,
    CONSTRAINT uq_split_part_once UNIQUE (cluster_id, split_id, lot_id, party_id),
    CONSTRAINT ck_split_part_known
      CHECK (num_nulls(amount_cents, mandate_cents, fee_cents, expenses_cents) IN (0, 4)),
    CONSTRAINT ck_split_part_mandate CHECK (mandate_cents BETWEEN 0 AND amount_cents),
    CONSTRAINT ck_split_part_handed_on
      CHECK (fee_cents >= 0 AND expenses_cents >= 0 AND fee_cents + expenses_cents <= amount_cents)
    """,
}
LINES = """
ALTER TABLE split_line
  ADD item_id uuid, ADD mandate boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT fk_split_line_item FOREIGN KEY (cluster_id, item_id) REFERENCES split_item,
  DROP CONSTRAINT uq_split_line_once,
  ADD CONSTRAINT uq_split_line_once
    UNIQUE NULLS NOT DISTINCT (cluster_id, split_id, lot_id, item_id, party_id, mandate)
"""
TERMS = """
ALTER TABLE lot_price
  ADD fee_bps bigint, ADD expenses_bps bigint, ADD expenses_cents bigint,
  ADD expenses_party_id uuid,
  ADD CONSTRAINT fk_lot_price_expenses_party
    FOREIGN KEY (cluster_id, expenses_party_id) REFERENCES party,
  ADD CONSTRAINT ck_lot_price_fee CHECK (fee_bps BETWEEN 1 AND 5000),
  ADD CONSTRAINT ck_lot_price_expenses CHECK (
    CASE WHEN expenses_party_id IS NULL THEN num_nonnulls(expenses_bps, expenses_cents) = 0
    ELSE num_nonnulls(expenses_bps, expenses_cents) = 1 END),
  ADD CONSTRAINT ck_lot_price_expenses_bps CHECK (expenses_bps BETWEEN 1 AND 5000),
  ADD CONSTRAINT ck_lot_price_expenses_cents CHECK (expenses_cents > 0)
"""
# One line per party and lot so far: its id keeps the order.
PARTS_SO_FAR = """
INSERT INTO split_part (cluster_id, id, consortium_id, split_id, lot_id, party_id, amount_cents,
  mandate_cents, fee_cents, expenses_cents)
SELECT cluster_id, id, consortium_id, split_id, lot_id, party_id, amount_cents,
  amount_cents * 0, amount_cents * 0, amount_cents * 0
FROM split_line
"""
NUMBERS = (
    "ALTER TABLE agreement ADD split_number bigint",
    "UPDATE agreement g SET split_number = s.number FROM split s"
    " WHERE s.cluster_id = g.cluster_id AND s.id = g.split_id",
    "ALTER TABLE agreement ALTER split_number SET NOT NULL,"
    " ADD CONSTRAINT fk_agreement_split_number"
    " FOREIGN KEY (cluster_id, consortium_id, split_number)"
    " REFERENCES split (cluster_id, consortium_id, number)",
)
"""An agreement names the version that is approved by the number that people know it by."""

# What the lines of items come to, in euros where there are any: one line per party again.
MERGED_LINES = """
WITH several AS (
  SELECT DISTINCT cluster_id, split_id, lot_id FROM split_line WHERE item_id IS NOT NULL OR mandate
), gone AS (
  DELETE FROM split_line n USING several s
  WHERE n.cluster_id = s.cluster_id AND n.split_id = s.split_id AND n.lot_id = s.lot_id
  RETURNING n.*)
INSERT INTO split_line (cluster_id, id, consortium_id, split_id, lot_id, party_id, bps,
  fixed_cents, amount_cents, tasks)
SELECT cluster_id, gen_random_uuid(), consortium_id, split_id, lot_id, party_id,
  CASE WHEN sum(amount_cents) > 0 THEN NULL ELSE greatest(1, sum(bps) / count(*)) END,
  nullif(sum(amount_cents), 0), sum(amount_cents), string_agg(tasks, E'\\n' ORDER BY id)
FROM gone GROUP BY cluster_id, consortium_id, split_id, lot_id, party_id
"""


def upgrade() -> None:
    """Pieces of lots and parts of parties, walled as lines are; then the terms."""
    for name, columns in TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns})")
        wall(name, visible=f"{PARTY} OR {WON_LOT}", writable=ACTING, grants="SELECT, INSERT")
        op.execute(f"CREATE INDEX ix_{name}_consortium ON {name} (cluster_id, consortium_id)")
    # Of a lot, in the order that they were given.
    op.execute(
        "CREATE UNIQUE INDEX uq_split_item_once ON split_item (cluster_id, split_id, lot_id,"
        " coalesce(tranche, -1), coalesce(lower(label), ''))"
    )
    for statement in (LINES, TERMS, PARTS_SO_FAR, *NUMBERS):
        op.execute(statement)
    op.execute(
        "ALTER TABLE award_part ADD mandate_cents bigint NOT NULL DEFAULT 0,"
        " ADD CONSTRAINT ck_award_part_mandate CHECK (mandate_cents BETWEEN 0 AND amount_cents)"
    )


def downgrade() -> None:
    """What items told is told by one line per party: in euros, it stays exact."""
    op.execute("ALTER TABLE award_part DROP mandate_cents")
    op.execute("ALTER TABLE agreement DROP split_number")
    op.execute(
        "ALTER TABLE lot_price DROP fee_bps, DROP expenses_bps, DROP expenses_cents,"
        " DROP expenses_party_id"
    )
    op.execute("DROP TABLE split_part")
    op.execute("ALTER TABLE split_line DROP CONSTRAINT uq_split_line_once")
    op.execute(MERGED_LINES)
    op.execute("ALTER TABLE split_line DROP item_id, DROP mandate")
    op.execute("DROP TABLE split_item")
    op.execute(
        "ALTER TABLE split_line ADD CONSTRAINT uq_split_line_once"
        " UNIQUE (cluster_id, split_id, lot_id, party_id)"
    )
