"""Code lists: what CPV and NUTS codes mean.

Revision 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from app.infra.db.walls import IMPORTER, JOB, SERVING
from app.watch.codes.domain import CodeList
from app.watch.codes.shipped import shipped

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Stems of both languages, and whole words, so that the beginning of one finds it.
SEARCH = (
    "to_tsvector('french'::regconfig, app.fold(label_fr))"
    " || to_tsvector('english'::regconfig, app.fold(label_en))"
    " || to_tsvector('simple'::regconfig, app.fold(label_fr || ' ' || label_en))"
)


def upgrade() -> None:
    """Create the lists, shared by all clusters: grants alone, no row security."""
    table = op.create_table(
        "code_label",
        sa.Column("list", sa.Text, primary_key=True),
        # Byte by byte: the key then serves the beginnings of codes, and their order.
        sa.Column("code", sa.Text(collation="C"), primary_key=True),
        sa.Column("label_fr", sa.Text, nullable=False),
        sa.Column("label_en", sa.Text, nullable=False),
        sa.Column("search", pg.TSVECTOR, sa.Computed(SEARCH, persisted=True)),
        sa.CheckConstraint("list IN ('cpv', 'nuts')", name="list"),
    )
    op.execute("CREATE INDEX ix_code_label_search ON code_label USING gin (search)")
    op.execute(f"GRANT SELECT ON code_label TO {SERVING}, {JOB}, {IMPORTER}")
    op.execute(f"GRANT INSERT, UPDATE ON code_label TO {IMPORTER}")
    # What the service ships on the day that it runs: labels are data, and an import mends them.
    op.bulk_insert(
        table,
        [
            {"list": kind, "code": one.code, "label_fr": one.label_fr, "label_en": one.label_en}
            for kind in CodeList
            for one in shipped(kind)
        ],
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("code_label")
