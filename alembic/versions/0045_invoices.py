"""What parties bill and are paid, directly or through a joint account.

Revision 0045, after 0044.
"""

from alembic import op

from app.infra.db.walls import OVERSEEN_WHEN_WON, PARTY, wall

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
OWN_PARTY = "party_id = ANY ((SELECT app.my_parties())::uuid[])"
LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
SIGNED = "person_id = app.my_person()"
PARTYS = f"{ACTING} AND ({OWN_PARTY} OR {LED})"
AUTHOR = "person_id uuid NOT NULL, recorded_at timestamptz NOT NULL"
OF_CONTRACT = """contract_id uuid NOT NULL,
    FOREIGN KEY (cluster_id, consortium_id, contract_id)
      REFERENCES signed_contract (cluster_id, consortium_id, id)"""
OF_INVOICE = """invoice_id uuid NOT NULL,
    FOREIGN KEY (cluster_id, consortium_id, invoice_id)
      REFERENCES invoice (cluster_id, consortium_id, id)"""
OF_PARTY = """party_id uuid NOT NULL,
    FOREIGN KEY (cluster_id, consortium_id, party_id)
      REFERENCES party (cluster_id, consortium_id, id)"""
REVERSAL = """reverses uuid, FOREIGN KEY (cluster_id, reverses) REFERENCES {0},
    CONSTRAINT uq_{0}_reversed_once UNIQUE (cluster_id, reverses)"""

TABLES = {
    "invoice": (
        f"""
    {OF_CONTRACT}, {OF_PARTY}, kind text NOT NULL CHECK (kind IN
      ('normal', 'advance', 'advance_recovery', 'revision', 'penalty')),
    number text NOT NULL, period_from date, period_to date, issued_on date NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents <> 0),
    vat_bps bigint NOT NULL CHECK (vat_bps BETWEEN 0 AND 10000), tax_cents bigint NOT NULL,
    note text, {REVERSAL.format("invoice")}, {AUTHOR},
    CONSTRAINT uq_invoice_of_consortium UNIQUE (cluster_id, consortium_id, id),
    CONSTRAINT ck_invoice_sign CHECK (kind = 'revision' OR (amount_cents < 0)
      = ((kind IN ('advance_recovery', 'penalty')) = (reverses IS NULL)))""",
        f"{PARTYS} AND {SIGNED}",
    ),
    "invoice_decision": (
        f"""
    {OF_INVOICE}, approved boolean NOT NULL, reason text, {AUTHOR},
    CONSTRAINT uq_invoice_decision_once UNIQUE (cluster_id, invoice_id),
    CONSTRAINT ck_invoice_decision_reason CHECK (approved OR reason <> '')""",
        f"{LED} AND {SIGNED}",
    ),
    "invoice_payment": (
        f"""
    {OF_CONTRACT}, {OF_INVOICE}, {OF_PARTY}, receipt_id uuid NOT NULL,
    through_account boolean NOT NULL, tax_cents bigint NOT NULL CHECK (tax_cents >= 0), {AUTHOR},
    FOREIGN KEY (cluster_id, receipt_id) REFERENCES receipt,
    CONSTRAINT uq_invoice_payment_receipt UNIQUE (cluster_id, receipt_id)""",
        f"{PARTYS} AND {SIGNED}",
    ),
    "account_receipt": (
        f"""
    {OF_CONTRACT}, received_on date NOT NULL, reference text NOT NULL,
    {REVERSAL.format("account_receipt")}, {AUTHOR}""",
        f"{LED} AND {SIGNED}",
    ),
    "account_line": (
        f"""
    {OF_CONTRACT}, {OF_INVOICE}, {OF_PARTY}, account_receipt_id uuid NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents <> 0), tax_cents bigint NOT NULL,
    FOREIGN KEY (cluster_id, account_receipt_id) REFERENCES account_receipt""",
        LED,
    ),
}
"""Parents first, each with whose word it is. Rows are only ever added."""

INDEXES = (
    "UNIQUE INDEX uq_invoice_number ON invoice (cluster_id, contract_id, party_id, lower(number))"
    " WHERE reverses IS NULL",
    "INDEX ix_invoice_payment_contract ON invoice_payment (cluster_id, contract_id)",
    "INDEX ix_invoice_payment_invoice ON invoice_payment (cluster_id, invoice_id)",
    "UNIQUE INDEX uq_account_receipt_reference ON account_receipt (cluster_id, contract_id,"
    " lower(reference)) WHERE reverses IS NULL",
    "INDEX ix_account_line_contract ON account_line (cluster_id, contract_id)",
)


def upgrade() -> None:
    """Tables within the walls of an award's parts."""
    for name, (body, word) in TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
            f" consortium_id uuid NOT NULL, {body}, PRIMARY KEY (cluster_id, id),"
            " FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium)"
        )
        wall(
            name,
            visible=f"{PARTY} OR {OVERSEEN_WHEN_WON}",
            writable=word,
            grants="SELECT, INSERT",
        )
    for index in INDEXES:
        op.execute(f"CREATE {index}")


def downgrade() -> None:
    """What was billed is forgotten; receipts stay."""
    for name in reversed(TABLES):
        op.drop_table(name)
