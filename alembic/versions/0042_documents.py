"""Clauses of a cluster, documents of joint answers, and who has signed them.

Revision 0042, after 0041.
"""

from alembic import op

from app.infra.db.walls import PARTY, wall

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ACTING = "consortium_id = ANY ((SELECT app.party_to())::uuid[])"
LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
OWN_PARTY = "party_id = ANY ((SELECT app.my_parties())::uuid[])"
OUTSIDE_PARTY = (
    f"({LED} AND party_id IN"
    " (SELECT o.id FROM party o WHERE o.member_id IS NULL AND o.left_at IS NULL))"
)
OWN = "person_id = app.my_person()"

HASH = "bytea NOT NULL CHECK (octet_length({}) = 32)"
FILE = f"""file_id uuid NOT NULL, file_size bigint NOT NULL CHECK (file_size > 0),
  file_hash {HASH.format("file_hash")}"""

CLAUSE_VERSION = """
CREATE TABLE clause_version (
  cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL, key text NOT NULL,
  number bigint NOT NULL CHECK (number > 0), position bigint NOT NULL,
  title text NOT NULL CHECK (title <> ''), text text NOT NULL CHECK (text <> ''), law text,
  forms text[] NOT NULL CHECK (cardinality(forms) > 0), standard boolean NOT NULL,
  person_id uuid NOT NULL, written_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, id),
  CONSTRAINT uq_clause_version UNIQUE (cluster_id, key, number))
"""
CLAUSE_CHOICE = """
CREATE TABLE clause_choice (
  cluster_id uuid NOT NULL, id uuid NOT NULL, consortium_id uuid NOT NULL,
  number bigint NOT NULL CHECK (number > 0), keys text[] NOT NULL,
  person_id uuid NOT NULL, chosen_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, id), FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium,
  CONSTRAINT uq_clause_choice UNIQUE (cluster_id, consortium_id, number))
"""
DOCUMENT = f"""
CREATE TABLE document (
  cluster_id uuid NOT NULL, id uuid NOT NULL, consortium_id uuid NOT NULL,
  kind text NOT NULL, lot_id uuid, party_id uuid, number bigint NOT NULL CHECK (number > 0),
  split_number bigint, content_hash {HASH.format("content_hash")},
  person_id uuid NOT NULL, issued_at timestamptz NOT NULL, {FILE},
  PRIMARY KEY (cluster_id, id), FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium,
  FOREIGN KEY (cluster_id, lot_id) REFERENCES lot,
  FOREIGN KEY (cluster_id, party_id) REFERENCES party,
  CONSTRAINT uq_document_of_consortium UNIQUE (cluster_id, consortium_id, id),
  CONSTRAINT uq_document_number UNIQUE NULLS NOT DISTINCT
    (cluster_id, consortium_id, kind, lot_id, party_id, number))
"""
SIGNATURE = f"""
CREATE TABLE document_signature (
  cluster_id uuid NOT NULL, id uuid NOT NULL, consortium_id uuid NOT NULL,
  document_id uuid NOT NULL, party_id uuid NOT NULL,
  person_id uuid NOT NULL, signed_at timestamptz NOT NULL, file_type text NOT NULL, {FILE},
  PRIMARY KEY (cluster_id, id),
  FOREIGN KEY (cluster_id, consortium_id, document_id)
    REFERENCES document (cluster_id, consortium_id, id),
  FOREIGN KEY (cluster_id, consortium_id, party_id)
    REFERENCES party (cluster_id, consortium_id, id),
  CONSTRAINT uq_document_signature_once UNIQUE (cluster_id, document_id, party_id))
"""
INDEXES = (
    "CREATE INDEX ix_document_file ON document (cluster_id, file_id)",
    "CREATE INDEX ix_document_signature_file ON document_signature (cluster_id, file_id)",
)
WRITTEN_BY = {
    "clause_choice": f"{LED} AND {OWN}",
    "document": f"{ACTING} AND {OWN}",
    "document_signature": f"{ACTING} AND {OWN} AND ({OWN_PARTY} OR {OUTSIDE_PARTY})",
}
"""Whose word a row is. Documents hold prices: nobody but the parties sees them, won or lost."""


def upgrade() -> None:
    """The tables, their walls; all of them only grow."""
    for statement in (CLAUSE_VERSION, CLAUSE_CHOICE, DOCUMENT, SIGNATURE, *INDEXES):
        op.execute(statement)
    coordinator = f"(SELECT app.oversees()) AND {OWN}"
    wall("clause_version", writable=coordinator, grants="SELECT, INSERT")
    for table, written in WRITTEN_BY.items():
        wall(table, visible=PARTY, writable=written, grants="SELECT, INSERT")


def downgrade() -> None:
    """The tables, those that hang on others first."""
    for table in ("document_signature", "document", "clause_choice", "clause_version"):
        op.drop_table(table)
