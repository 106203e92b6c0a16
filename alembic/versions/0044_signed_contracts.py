"""What follows a won award: its contract, orders, amendments, and how it ends.

Revision 0044, after 0043.
"""

from alembic import op

from app.infra.db.walls import JOB, OVERSEEN_WHEN_WON, PARTY, SERVING, wall

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
SIGNED = "person_id = app.my_person()"
AUTHOR = "person_id uuid NOT NULL, recorded_at timestamptz NOT NULL"
OF_CONTRACT = "contract_id uuid NOT NULL"
TO_CONTRACT = (
    "FOREIGN KEY (cluster_id, consortium_id, contract_id)"
    " REFERENCES signed_contract (cluster_id, consortium_id, id)"
)
REVERSAL = """
    reverses uuid, FOREIGN KEY (cluster_id, reverses) REFERENCES {0},
    CONSTRAINT uq_{0}_reversed_once UNIQUE (cluster_id, reverses)"""

TABLES = {
    "signed_contract": f"""
    award_id uuid NOT NULL, lot_id uuid NOT NULL, number text NOT NULL, signed_on date NOT NULL,
    starts_on date NOT NULL, months bigint NOT NULL CHECK (months BETWEEN 1 AND 600),
    nature text NOT NULL CHECK (nature IN ('works', 'services', 'supplies')),
    form text NOT NULL CHECK (form IN ('conjoint', 'conjoint_liable_lead', 'solidaire')),
    form_reason text, payment text NOT NULL CHECK (payment IN ('separate', 'joint_account')),
    amount_cents bigint CHECK (amount_cents > 0), maximum_cents bigint CHECK (maximum_cents > 0),
    threshold_cents bigint NOT NULL CHECK (threshold_cents > 0),
    account_days bigint NOT NULL CHECK (account_days BETWEEN 1 AND 365), {AUTHOR},
    CONSTRAINT uq_signed_contract_of_consortium UNIQUE (cluster_id, consortium_id, id),
    CONSTRAINT uq_signed_contract_award UNIQUE (cluster_id, award_id),
    CONSTRAINT ck_signed_contract_framework CHECK (num_nulls(amount_cents, maximum_cents) = 1),
    CONSTRAINT ck_signed_contract_account CHECK (payment = 'separate' OR form = 'solidaire'),
    FOREIGN KEY (cluster_id, award_id) REFERENCES award,
    FOREIGN KEY (cluster_id, lot_id) REFERENCES lot""",
    "contract_order": f"""
    {OF_CONTRACT}, number text NOT NULL, subject text, ordered_on date NOT NULL,
    amount_cents bigint NOT NULL, {AUTHOR}, {TO_CONTRACT}, {REVERSAL.format("contract_order")},
    CONSTRAINT ck_contract_order_sign CHECK ((amount_cents > 0) = (reverses IS NULL))""",
    "amendment": f"""
    {OF_CONTRACT}, ground text NOT NULL CHECK (ground IN ('review_clause', 'additional_works',
      'unforeseen', 'substitution', 'not_substantial', 'low_amount')),
    reason text NOT NULL CHECK (reason <> ''), signed_on date NOT NULL,
    change_cents bigint NOT NULL, {AUTHOR}, {TO_CONTRACT}, {REVERSAL.format("amendment")}""",
    "contract_part": f"""
    {OF_CONTRACT}, party_id uuid NOT NULL, order_id uuid, amendment_id uuid,
    amount_cents bigint NOT NULL, {TO_CONTRACT},
    FOREIGN KEY (cluster_id, consortium_id, party_id)
      REFERENCES party (cluster_id, consortium_id, id),
    FOREIGN KEY (cluster_id, order_id) REFERENCES contract_order,
    FOREIGN KEY (cluster_id, amendment_id) REFERENCES amendment,
    CONSTRAINT ck_contract_part_cause CHECK (num_nonnulls(order_id, amendment_id) <= 1)""",
    "contract_closure": f"""
    {OF_CONTRACT}, ground text NOT NULL CHECK (ground IN ('performed', 'agreed', 'force_majeure',
      'fault', 'general_interest', 'exclusion', 'award_unlawful', 'amendment_unlawful')),
    reason text, ended_on date NOT NULL, {AUTHOR}, {TO_CONTRACT},
    CONSTRAINT uq_contract_closure_once UNIQUE (cluster_id, contract_id)""",
}
"""Parents first. Rows are only ever added: what was wrong is taken back by its opposite."""

INDEXES = (
    "INDEX ix_signed_contract_consortium ON signed_contract (cluster_id, consortium_id)",
    "INDEX ix_contract_order_contract ON contract_order (cluster_id, contract_id)",
    "UNIQUE INDEX uq_contract_order_number ON contract_order (cluster_id, contract_id,"
    " lower(number)) WHERE reverses IS NULL",
    "INDEX ix_amendment_contract ON amendment (cluster_id, contract_id)",
    "INDEX ix_contract_part_contract ON contract_part (cluster_id, contract_id, party_id)",
)


def upgrade() -> None:
    """Tables within the walls of an award's parts; an award knows that it was signed."""
    for name, body in TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
            f" consortium_id uuid NOT NULL, {body}, PRIMARY KEY (cluster_id, id),"
            " FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium)"
        )
        by = "" if name == "contract_part" else f" AND {SIGNED}"
        wall(
            name,
            visible=f"{PARTY} OR {OVERSEEN_WHEN_WON}",
            writable=f"{LED}{by}",
            grants="SELECT, INSERT",
        )
    for index in INDEXES:
        op.execute(f"CREATE {index}")
    op.execute("ALTER TABLE award ADD COLUMN signed_on date")
    op.execute(f"GRANT UPDATE (signed_on) ON award TO {SERVING}, {JOB}")


def downgrade() -> None:
    """Contracts are forgotten; what was won stays won."""
    for name in reversed(TABLES):
        op.drop_table(name)
    op.execute("ALTER TABLE award DROP COLUMN signed_on")
    op.execute("ALTER TABLE consortium DISABLE TRIGGER state_moves")
    op.execute("UPDATE consortium SET state = 'won' WHERE state IN ('signed', 'running', 'closed')")
    op.execute("ALTER TABLE consortium ENABLE TRIGGER state_moves")
