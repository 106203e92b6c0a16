"""Contracts are found by their buyer's name in an index of their own.

Revision 0049, after 0048.
"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Essential data name a buyer by its number alone: its notices tell the name."""
    # Kept as words: two common ones that never meet are looked for in all contracts.
    op.execute("""
        ALTER TABLE contract ADD COLUMN buyer_name text, ADD COLUMN buyer_words tsvector
          GENERATED ALWAYS AS (to_tsvector('french'::regconfig, app.fold(buyer_name))) STORED
    """)
    op.execute("""
        UPDATE contract c SET buyer_name = coalesce(c.buyer, (
          SELECT n.buyer FROM notice n WHERE n.buyer_siret = c.buyer_siret
          ORDER BY n.published_on DESC, n.id DESC LIMIT 1))
    """)
    op.execute("CREATE INDEX ix_contract_buyer_words ON contract USING gin (buyer_words)")
    op.execute(
        "CREATE INDEX ix_contract_nameless ON contract (buyer_siret) WHERE buyer_name IS NULL"
    )


def downgrade() -> None:
    """Names are looked for among notices again."""
    op.execute("ALTER TABLE contract DROP COLUMN buyer_words, DROP COLUMN buyer_name")
