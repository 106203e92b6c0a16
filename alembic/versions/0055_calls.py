"""Calls for contributions: who bills, numbered calls with their lines, tax on charges.

Revision 0055, after 0054.
"""

from alembic import op

from app.infra.db.walls import as_helper, open_to_helper, wall

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

OVERSEEN = "(SELECT app.oversees())"
OWN = f"member_id = app.member() OR {OVERSEEN}"
KEPT = "(SELECT app.keeps_books()) AND person_id = app.my_person()"

TABLES = {
    # What calls say of the cluster; a call keeps its own copy.
    "billing": (
        """
    number bigint NOT NULL CHECK (number > 0), facts jsonb NOT NULL,
    written_at timestamptz NOT NULL, person_id uuid NOT NULL,
    CONSTRAINT uq_billing_number UNIQUE (cluster_id, number)""",
        OVERSEEN,
        KEPT,
    ),
    # Numbered by year, calls and credit notes together; a credit note takes back a whole call.
    "call": (
        """
    member_id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('call', 'credit_note')),
    subject text NOT NULL CHECK (subject IN ('contributions', 'fees')),
    year bigint NOT NULL CHECK (year BETWEEN 2000 AND 9999),
    number bigint NOT NULL CHECK (number > 0), corrects_id uuid, reason text,
    issued_on date NOT NULL, due_on date NOT NULL CHECK (due_on >= issued_on),
    vat text NOT NULL CHECK (vat IN ('standard', 'exempt', 'franchise', 'outside')),
    vat_bps bigint NOT NULL CHECK (vat_bps BETWEEN 0 AND 10000),
    net_cents bigint NOT NULL, vat_cents bigint NOT NULL,
    seller jsonb NOT NULL, buyer jsonb NOT NULL,
    issued_at timestamptz NOT NULL, person_id uuid NOT NULL,
    CONSTRAINT uq_call_number UNIQUE (cluster_id, year, number),
    CONSTRAINT uq_call_member UNIQUE (cluster_id, member_id, id),
    CONSTRAINT uq_call_corrects UNIQUE (cluster_id, corrects_id),
    CONSTRAINT ck_call_year CHECK (year = EXTRACT(year FROM issued_on)),
    CONSTRAINT ck_call_vat CHECK (vat_cents = 0 OR vat = 'standard'),
    CONSTRAINT ck_call_reason CHECK (num_nulls(corrects_id, reason) IN (0, 2)),
    CONSTRAINT ck_call_corrects CHECK (corrects_id IS NULL OR kind = 'credit_note'),
    FOREIGN KEY (cluster_id, member_id) REFERENCES member,
    FOREIGN KEY (cluster_id, member_id, corrects_id) REFERENCES call (cluster_id, member_id, id)""",
        OWN,
        KEPT,
    ),
    # A charge is called once; taken back by a line that cancels, it may be called again.
    "call_line": (
        """
    call_id uuid NOT NULL, member_id uuid NOT NULL, charge_id uuid NOT NULL,
    turn bigint NOT NULL CHECK (turn > 0), position bigint NOT NULL CHECK (position > 0),
    cancels_id uuid, label text NOT NULL, net_cents bigint NOT NULL, vat_cents bigint NOT NULL,
    CONSTRAINT uq_call_line_position UNIQUE (cluster_id, call_id, position),
    CONSTRAINT uq_call_line_cancels UNIQUE (cluster_id, cancels_id),
    FOREIGN KEY (cluster_id, member_id, call_id) REFERENCES call (cluster_id, member_id, id),
    FOREIGN KEY (cluster_id, member_id, charge_id) REFERENCES charge (cluster_id, member_id, id),
    FOREIGN KEY (cluster_id, cancels_id) REFERENCES call_line""",
        OWN,
        "(SELECT app.keeps_books())",
    ),
    # Tax that a call adds to a charge, and a credit note takes off again.
    "charge_tax": (
        """
    charge_id uuid NOT NULL, member_id uuid NOT NULL, reference text NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents <> 0), added_at timestamptz NOT NULL,
    CONSTRAINT uq_charge_tax_reference UNIQUE (cluster_id, charge_id, reference),
    FOREIGN KEY (cluster_id, member_id, charge_id) REFERENCES charge (cluster_id, member_id, id)""",
        OWN,
        "(SELECT app.keeps_books())",
    ),
}
"""Parents first: columns, who sees, who writes. Rows are only ever added."""

INDEXES = (
    "CREATE INDEX ix_call_member_id ON call (cluster_id, member_id)",
    "CREATE UNIQUE INDEX uq_call_line_turn ON call_line (cluster_id, charge_id, turn)"
    " WHERE cancels_id IS NULL",
)

# A whole document that is numbered takes no line later: it was sent.
LINES_WITH_THEIR_CALL = """
CREATE FUNCTION app.lines_with_their_call() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT cluster_id, call_id FROM fresh) f
    JOIN public.call c ON c.cluster_id = f.cluster_id AND c.id = f.call_id
    CROSS JOIN LATERAL (SELECT sum(l.net_cents) AS net, sum(l.vat_cents) AS vat
      FROM public.call_line l WHERE l.cluster_id = f.cluster_id AND l.call_id = f.call_id) AS s
    WHERE (c.net_cents, c.vat_cents) IS DISTINCT FROM (s.net, s.vat))
  THEN
    RAISE EXCEPTION 'the lines of a call sum to the call' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""

TAXED = """
    SELECT coalesce(sum(x.amount_cents), 0)::bigint AS cents FROM public.charge_tax x
    WHERE x.cluster_id = c.cluster_id AND x.charge_id = c.id"""
UNTAXED = "SELECT 0::bigint AS cents"

# A charge owes its tax too, once it is called; less than it was settled for, it gives back.
OPEN_ITEMS = """
CREATE OR REPLACE FUNCTION app.open_items(member uuid)
RETURNS TABLE (kind text, id uuid, consortium_id uuid, on_day date,
               amount_cents bigint, settled_cents bigint)
STABLE SECURITY DEFINER BEGIN ATOMIC
  WITH due AS MATERIALIZED (
    SELECT c.id, c.consortium_id, c.due_on, c.amount_cents + t.cents AS amount_cents, s.cents
    FROM public.charge c
    CROSS JOIN LATERAL ({tax}) t
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(x.amount_cents), 0)::bigint AS cents FROM public.settlement x
      WHERE x.cluster_id = c.cluster_id AND x.charge_id = c.id) s
    WHERE c.cluster_id = app.cluster() AND c.member_id = member
      AND app.answers_for(member) AND c.amount_cents + t.cents <> s.cents)
  SELECT 'charge', d.* FROM due d
  UNION ALL
  SELECT 'payment', p.id, NULL, p.received_on, p.amount_cents, s.cents
  FROM public.payment p
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.amount_cents), 0)::bigint AS cents FROM public.settlement x
    WHERE x.cluster_id = p.cluster_id AND x.payment_id = p.id) s
  WHERE p.cluster_id = app.cluster() AND p.member_id = member AND app.answers_for(member)
    AND (p.amount_cents <> s.cents OR EXISTS (SELECT FROM due d WHERE d.amount_cents < d.cents))
  ORDER BY 4, 2;
END
"""

SETTLEMENT_FITS = """
CREATE OR REPLACE FUNCTION app.settlement_fits() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE charged bigint; settled bigint; received bigint; given bigint;
BEGIN
  -- Without the lock, two transactions would each see only their own settlement.
  PERFORM app.lock_account(NEW.member_id);
  SELECT c.amount_cents + t.cents, s.cents INTO charged, settled
  FROM public.charge c CROSS JOIN LATERAL ({tax}) t
  CROSS JOIN LATERAL (SELECT sum(x.amount_cents) AS cents FROM public.settlement x
    WHERE x.cluster_id = c.cluster_id AND x.charge_id = c.id) s
  WHERE c.cluster_id = NEW.cluster_id AND c.id = NEW.charge_id;
  SELECT p.amount_cents, sum(s.amount_cents) INTO received, given
  FROM public.payment p JOIN public.settlement s USING (cluster_id)
  WHERE cluster_id = NEW.cluster_id AND p.id = NEW.payment_id AND s.payment_id = p.id
  GROUP BY p.amount_cents;
  IF (settled BETWEEN least(charged, 0) AND greatest(charged, 0)
      AND given BETWEEN 0 AND received) IS NOT TRUE THEN
    RAISE EXCEPTION 'a settlement exceeds its charge or its payment' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Tables that only grow, then what charges have open, their tax included."""
    for name, (body, visible, writable) in TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
            f" {body}, PRIMARY KEY (cluster_id, id))"
        )
        wall(name, visible=visible, writable=writable, grants="SELECT, INSERT")
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
        )
    for index in INDEXES:
        op.execute(index)
    for name in ("call", "call_line", "charge_tax"):
        open_to_helper(name)
    with as_helper():
        op.execute(OPEN_ITEMS.replace("{tax}", TAXED))
        op.execute(SETTLEMENT_FITS.replace("{tax}", TAXED))
        op.execute(LINES_WITH_THEIR_CALL)
        op.execute("REVOKE EXECUTE ON FUNCTION app.lines_with_their_call FROM PUBLIC")
        op.execute("GRANT EXECUTE ON FUNCTION app.lines_with_their_call TO SESSION_USER")
    op.execute("""
        CREATE TRIGGER lines_with_their_call AFTER INSERT ON call_line
        REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION app.lines_with_their_call()""")


def downgrade() -> None:
    """Charges are without tax again; books that have some cannot go back."""
    op.execute("DROP TRIGGER lines_with_their_call ON call_line")
    with as_helper():
        op.execute("DROP FUNCTION app.lines_with_their_call")
        op.execute(OPEN_ITEMS.replace("{tax}", UNTAXED))
        op.execute(SETTLEMENT_FITS.replace("{tax}", UNTAXED))
    for name in reversed(TABLES):
        op.drop_table(name)
