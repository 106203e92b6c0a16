"""What a concession adds to a joint answer: terms, forecast, yearly figures, company, reports.

Revision 0046, after 0045.
"""

from alembic import op

from app.infra.db.walls import OVERSEEN_WHEN_WON, PARTY, wall

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
SIGNED = "person_id = app.my_person()"
AUTHOR = "person_id uuid NOT NULL, recorded_at timestamptz NOT NULL"
NUMBER = "number bigint NOT NULL CHECK (number > 0)"
PARTY_OF = (
    "FOREIGN KEY (cluster_id, consortium_id, {0}) REFERENCES party (cluster_id, consortium_id, id)"
)

TABLES = {
    "concession_terms": f"""
    {NUMBER}, first_day date NOT NULL, months bigint NOT NULL CHECK (months BETWEEN 1 AND 1188),
    last_day date NOT NULL, ground text CHECK (ground <> ''),
    investments_cents bigint NOT NULL CHECK (investments_cents >= 0),
    fee text CHECK (fee <> ''), compensation text CHECK (compensation <> ''),
    company_name text CHECK (company_name <> ''), {AUTHOR},
    CONSTRAINT uq_concession_terms_number UNIQUE (cluster_id, consortium_id, number),
    CONSTRAINT ck_concession_terms_days CHECK (last_day >= first_day),
    CONSTRAINT ck_concession_terms_duration
      CHECK (months <= 60 OR (ground IS NOT NULL AND investments_cents > 0))""",
    "concession_account": f"""
    year bigint, {NUMBER}, {AUTHOR},
    CONSTRAINT uq_concession_account_of_consortium UNIQUE (cluster_id, consortium_id, id),
    CONSTRAINT uq_concession_account_number
      UNIQUE NULLS NOT DISTINCT (cluster_id, consortium_id, year, number)""",
    "concession_line": f"""
    account_id uuid NOT NULL, year bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('income', 'cost', 'fee', 'compensation', 'flow')),
    label text CHECK (label <> ''), from_id uuid, to_id uuid,
    amount_cents bigint NOT NULL CHECK (amount_cents >= 0),
    CONSTRAINT ck_concession_line_label CHECK ((label IS NULL) = (kind IN ('fee', 'compensation'))),
    CONSTRAINT ck_concession_line_flow
      CHECK (num_nonnulls(from_id, to_id) = CASE kind WHEN 'flow' THEN 2 ELSE 0 END),
    CONSTRAINT ck_concession_line_ends CHECK (from_id <> to_id),
    CONSTRAINT uq_concession_line_once
      UNIQUE NULLS NOT DISTINCT (cluster_id, account_id, year, kind, label, from_id, to_id),
    FOREIGN KEY (cluster_id, consortium_id, account_id)
      REFERENCES concession_account (cluster_id, consortium_id, id),
    {PARTY_OF.format("from_id")}, {PARTY_OF.format("to_id")}""",
    "concession_company": f"""
    name text NOT NULL CHECK (name <> ''), siren text NOT NULL CHECK (siren ~ '^[0-9]{{9}}$'),
    takes_over_on date NOT NULL, {AUTHOR},
    CONSTRAINT uq_concession_company_once UNIQUE (cluster_id, consortium_id)""",
    "concession_report": f"""
    year bigint NOT NULL, handed_in_on date NOT NULL, {AUTHOR},
    CONSTRAINT uq_concession_report_year UNIQUE (cluster_id, consortium_id, year)""",
}
"""Parents first. Rows are only ever added: a change is a new version."""


def upgrade() -> None:
    """Tables within the walls of an award's parts; the lead writes."""
    for name, body in TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
            f" consortium_id uuid NOT NULL, {body}, PRIMARY KEY (cluster_id, id),"
            " FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium)"
        )
        by = "" if name == "concession_line" else f" AND {SIGNED}"
        wall(
            name,
            visible=f"{PARTY} OR {OVERSEEN_WHEN_WON}",
            writable=f"{LED}{by}",
            grants="SELECT, INSERT",
        )


def downgrade() -> None:
    """Forget them, those that hang on others first."""
    for name in reversed(TABLES):
        op.drop_table(name)
