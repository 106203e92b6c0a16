"""Contracts that run, from award notices and essential data.

Revision 0028, after 0027.
"""

from alembic import op

from app.infra.db.walls import IMPORTER, JOB, SERVING

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, shared by all clusters: grants alone, no row security."""
    op.execute("""
        CREATE TABLE contract (
          id uuid CONSTRAINT pk_contract PRIMARY KEY,
          source text NOT NULL,
          source_id text NOT NULL,
          notice_id uuid CONSTRAINT fk_contract_notice_id_notice REFERENCES notice (id),
          title text NOT NULL,
          buyer text,
          buyer_siret text,
          cpv text[] NOT NULL,
          cpv_branches text[] GENERATED ALWAYS AS (app.cpv_branches(cpv, '[]')) STORED,
          departments text[] NOT NULL,
          concession boolean NOT NULL,
          framework boolean NOT NULL,
          procedure text,
          holders jsonb NOT NULL,
          amount_cents bigint,
          currency text,
          started_on date NOT NULL,
          months bigint,
          amendments bigint NOT NULL,
          ends_on date,
          call_from date,
          call_to date,
          published_on date NOT NULL,
          updated_at timestamptz NOT NULL,
          CONSTRAINT uq_contract_source_id UNIQUE (source, source_id),
          CONSTRAINT ck_contract_amount CHECK ((amount_cents IS NULL) = (currency IS NULL)),
          CONSTRAINT ck_contract_term CHECK ((months IS NULL) = (ends_on IS NULL)),
          CONSTRAINT ck_contract_call CHECK (num_nulls(call_from, call_to) IN (0, 2)
            AND call_from <= call_to AND (call_from IS NULL OR ends_on IS NOT NULL))
        )
    """)
    for name, index in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON contract {index}")
    op.execute(f"GRANT SELECT ON contract TO {SERVING}, {JOB}, {IMPORTER}")
    # A corrected award may name other lots: what it no longer tells goes.
    op.execute(f"GRANT INSERT, UPDATE, DELETE ON contract TO {IMPORTER}")


INDEXES = {
    "ix_contract_call": "(call_from, id) WHERE call_from IS NOT NULL",
    "ix_contract_notice_id": "(notice_id) WHERE notice_id IS NOT NULL",
    "ix_contract_buyer_siret": "(buyer_siret text_pattern_ops) WHERE buyer_siret IS NOT NULL",
    "ix_contract_cpv_branches": "USING gin (cpv_branches)",
    "ix_contract_departments": "USING gin (departments)",
}


def downgrade() -> None:
    """Forget them."""
    op.execute("DROP TABLE contract")
