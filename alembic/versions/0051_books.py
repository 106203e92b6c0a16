"""Journals, accounting days, closings, numbered entries and the chart of accounts.

Revision 0051, after 0049.
"""

from alembic import op

from app.infra.db.walls import as_helper, open_to_helper, wall

revision = "0051"
down_revision = "0049"
branch_labels = None
depends_on = None

OVERSEEN = "(SELECT app.oversees())"
SIGNED = "person_id = app.my_person()"

# Filled in as the table is rewritten: no UPDATE, which the books refuse to their owner too.
JOURNALS = """
ALTER TABLE ledger_transaction
  ADD COLUMN journal text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN reference LIKE 'payment:%' THEN 'BQ'
      WHEN reference LIKE 'receipt:%' OR reference LIKE 'award:%' THEN 'VE' ELSE 'OD' END) STORED,
  ADD COLUMN booked_on date NOT NULL GENERATED ALWAYS AS (occurred_on) STORED
"""
SINCE_THEN_GIVEN = """
ALTER TABLE ledger_transaction
  ALTER COLUMN journal DROP EXPRESSION, ALTER COLUMN booked_on DROP EXPRESSION,
  ADD CONSTRAINT ck_ledger_transaction_journal CHECK (journal IN ('VE', 'BQ', 'OD')),
  ADD CONSTRAINT ck_ledger_transaction_booked CHECK (booked_on >= occurred_on)
"""

TABLES = {
    # Names, codes and the fiscal year as the accountant knows them; never rewritten.
    "ledger_chart": (
        """
    version bigint NOT NULL CHECK (version > 0), siren text CHECK (siren ~ '^[0-9]{9}$'),
    first_month bigint NOT NULL CHECK (first_month BETWEEN 1 AND 12), accounts jsonb NOT NULL,
    written_at timestamptz NOT NULL, person_id uuid NOT NULL,
    CONSTRAINT uq_ledger_chart_version UNIQUE (cluster_id, version)""",
        f"{OVERSEEN} AND {SIGNED}",
    ),
    # Each begins where the one that it names ends, and only one may: no gap, no fork.
    "ledger_closing": (
        """
    previous_until date, from_day date NOT NULL, until_day date NOT NULL,
    fiscal_year bigint NOT NULL, chart_version bigint NOT NULL,
    closed_at timestamptz NOT NULL, person_id uuid NOT NULL,
    CONSTRAINT uq_ledger_closing_until UNIQUE (cluster_id, until_day),
    CONSTRAINT uq_ledger_closing_follows UNIQUE NULLS NOT DISTINCT (cluster_id, previous_until),
    CONSTRAINT uq_ledger_closing_year UNIQUE (cluster_id, id, fiscal_year),
    CONSTRAINT ck_ledger_closing_days CHECK (from_day <= until_day),
    CONSTRAINT ck_ledger_closing_follows
      CHECK (previous_until IS NULL OR from_day = previous_until + 1),
    FOREIGN KEY (cluster_id, previous_until) REFERENCES ledger_closing (cluster_id, until_day),
    FOREIGN KEY (cluster_id, chart_version) REFERENCES ledger_chart (cluster_id, version)""",
        f"{OVERSEEN} AND {SIGNED}",
    ),
    # The number of a transaction, under the transaction's own id.
    "ledger_entry": (
        """
    closing_id uuid NOT NULL, fiscal_year bigint NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    CONSTRAINT uq_ledger_entry_number UNIQUE (cluster_id, fiscal_year, number),
    FOREIGN KEY (cluster_id, id) REFERENCES ledger_transaction,
    FOREIGN KEY (cluster_id, closing_id, fiscal_year)
      REFERENCES ledger_closing (cluster_id, id, fiscal_year)""",
        OVERSEEN,
    ),
}
"""Parents first, each with what may be written. Rows are only ever added."""

# Whoever writes in the books may not know what is closed: the database says the day. The lock is
# shared among those who write, and excludes whoever closes: nothing slips in between.
BOOK_ON_OPEN_DAY = """
CREATE FUNCTION app.book_on_open_day() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE closed date;
BEGIN
  IF NEW.cluster_id IS DISTINCT FROM app.cluster() THEN
    RAISE EXCEPTION 'books are written inside their cluster alone: row-level security'
    USING ERRCODE = '42501';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('books ' || NEW.cluster_id, 0));
  SELECT max(c.until_day) INTO closed FROM public.ledger_closing c
  WHERE c.cluster_id = NEW.cluster_id;
  NEW.booked_on := greatest(NEW.occurred_on, closed + 1);
  RETURN NEW;
END $$
"""
# What has its number is told, line by line, to an accountant: no line joins it.
ENTRY_IS_WHOLE = """
CREATE FUNCTION app.entry_is_whole() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh f JOIN public.ledger_entry e
    ON e.cluster_id = f.cluster_id AND e.id = f.transaction_id)
  THEN
    RAISE EXCEPTION 'the entry is closed' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""
TRIGGERS = (
    "book_on_open_day BEFORE INSERT ON ledger_transaction"
    " FOR EACH ROW EXECUTE FUNCTION app.book_on_open_day()",
    "entry_is_whole AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS fresh"
    " FOR EACH STATEMENT EXECUTE FUNCTION app.entry_is_whole()",
)
FUNCTIONS = {"book_on_open_day": BOOK_ON_OPEN_DAY, "entry_is_whole": ENTRY_IS_WHOLE}


def upgrade() -> None:
    """Columns, then tables that only grow, then what keeps a closed period closed."""
    op.execute(JOURNALS)
    op.execute(SINCE_THEN_GIVEN)
    op.execute(
        "CREATE INDEX ix_ledger_transaction_booked_on ON ledger_transaction (cluster_id, booked_on)"
    )
    for name, (body, word) in TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
            f" {body}, PRIMARY KEY (cluster_id, id))"
        )
        wall(name, visible=OVERSEEN, writable=word, grants="SELECT, INSERT")
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
        )
    op.execute("CREATE INDEX ix_ledger_entry_closing_id ON ledger_entry (cluster_id, closing_id)")
    for name in ("ledger_closing", "ledger_entry"):
        open_to_helper(name)
    with as_helper():
        for name, body in FUNCTIONS.items():
            op.execute(body)
            op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
            op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO SESSION_USER")
    for trigger in TRIGGERS:
        op.execute(f"CREATE TRIGGER {trigger}")


def downgrade() -> None:
    """What was closed is open again, and has no number."""
    op.execute("DROP TRIGGER book_on_open_day ON ledger_transaction")
    op.execute("DROP TRIGGER entry_is_whole ON ledger_posting")
    with as_helper():
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION app.{name}")
    for name in reversed(TABLES):
        op.drop_table(name)
    op.execute("ALTER TABLE ledger_transaction DROP COLUMN journal, DROP COLUMN booked_on")
