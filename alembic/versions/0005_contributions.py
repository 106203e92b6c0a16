"""Policies, flows, charges, payments, and the books.

Revision 0005, after 0004.
"""

from alembic import op

from app.infra.db.walls import HELPER, JOB, PARTY, SERVING, as_helper, open_to_helper, wall

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OVERSEEN = "(SELECT app.oversees())"
OWN = f"member_id = app.member() OR {OVERSEEN}"
# These rows exist after an award only; the contribution divided by its rate is the price.
AMOUNTS = f"{PARTY} OR {OWN}"

# A member writes in the books what a flow that it sees has made, on the accounts of its kind.
FROM_A_FLOW = f"""{OVERSEEN} OR EXISTS (SELECT FROM flow f
  WHERE f.cluster_id = ledger_transaction.cluster_id AND f.key = ledger_transaction.reference)"""
OF_A_FLOW = f"""{OVERSEEN} OR code IN ('706', '4191') OR EXISTS (SELECT FROM member m
  WHERE m.cluster_id = ledger_account.cluster_id AND m.id = ledger_account.member_id
  AND ledger_account.code = '411' || m.siren)"""

BOOKS = [
    *("ledger_posting", "ledger_transaction", "ledger_account", "settlement", "payment"),
    *("charge", "flow", "award_trigger", "policy_fee_band", "policy_rate", "policy"),
]
"""Tables that only grow; children first, the order in which a downgrade can drop them."""

TABLES = {
    # The books: a posting names both of its sides, so that they balance by construction.
    "ledger_account": """
        code text NOT NULL CHECK (code ~ '^[1-9][0-9]{2,19}$'), name text NOT NULL, member_id uuid,
        UNIQUE (cluster_id, code),
        FOREIGN KEY (cluster_id, member_id) REFERENCES member""",
    "ledger_transaction": """
        reference text NOT NULL, occurred_on date NOT NULL, posted_at timestamptz NOT NULL,
        memo text NOT NULL, UNIQUE (cluster_id, reference)""",
    "ledger_posting": """
        transaction_id uuid NOT NULL, debit_account_id uuid NOT NULL,
        credit_account_id uuid NOT NULL, amount_cents bigint NOT NULL CHECK (amount_cents > 0),
        {MONEY}, CHECK (debit_account_id <> credit_account_id),
        FOREIGN KEY (cluster_id, transaction_id) REFERENCES ledger_transaction,
        FOREIGN KEY (cluster_id, debit_account_id) REFERENCES ledger_account,
        FOREIGN KEY (cluster_id, credit_account_id) REFERENCES ledger_account""",
    # A version ends where the next begins: no gap or overlap can be written.
    "policy": """
        version bigint NOT NULL CHECK (version > 0), valid_from date NOT NULL,
        created_at timestamptz NOT NULL, person_id uuid NOT NULL,
        UNIQUE (cluster_id, version), UNIQUE (cluster_id, valid_from)""",
    "policy_rate": """
        policy_id uuid NOT NULL,
        nature text NOT NULL CHECK (nature IN ('joint_answer', 'co_contracting', 'business')),
        bps bigint NOT NULL CHECK (bps BETWEEN 0 AND 10000),
        trigger text NOT NULL CHECK (trigger IN ('award', 'invoice', 'cash_received')),
        base text NOT NULL CHECK (base IN ('excluding_tax', 'margin')),
        debtor text NOT NULL CHECK (debtor IN ('own_part', 'lead', 'seller', 'both_halves')),
        UNIQUE (cluster_id, policy_id, nature),
        FOREIGN KEY (cluster_id, policy_id) REFERENCES policy""",
    "policy_fee_band": """
        policy_id uuid NOT NULL, from_headcount bigint NOT NULL CHECK (from_headcount >= 0),
        to_headcount bigint CHECK (to_headcount > from_headcount),
        fee_cents bigint NOT NULL CHECK (fee_cents >= 0),
        UNIQUE (cluster_id, policy_id, from_headcount),
        FOREIGN KEY (cluster_id, policy_id) REFERENCES policy""",
    # What is forecast, what moved, and what is charged: one flow, one charge.
    "forecast": """
        consortium_id uuid NOT NULL, award_id uuid NOT NULL, lot_id uuid,
        party_id uuid NOT NULL, member_id uuid NOT NULL, base_cents bigint NOT NULL,
        bps bigint NOT NULL, amount_cents bigint NOT NULL, {MONEY},
        trigger text NOT NULL CHECK (trigger IN ('award', 'invoice', 'cash_received')),
        policy_id uuid NOT NULL, policy_version bigint NOT NULL, forecast_on date NOT NULL,
        created_at timestamptz NOT NULL, superseded_at timestamptz,
        FOREIGN KEY (cluster_id, member_id) REFERENCES member,
        FOREIGN KEY (cluster_id, policy_id) REFERENCES policy""",
    "award_trigger": """
        consortium_id uuid NOT NULL, award_id uuid NOT NULL,
        trigger text NOT NULL CHECK (trigger IN ('award', 'cash_received')),
        said_at timestamptz NOT NULL, UNIQUE (cluster_id, award_id)""",
    # Credit notes take back the newest first: the order of flows must hold, and not fork.
    "flow": """
        key text NOT NULL, kind text NOT NULL CHECK (kind IN ('award', 'receipt')),
        nature text NOT NULL CHECK (nature IN ('joint_answer', 'co_contracting', 'business')),
        consortium_id uuid, award_id uuid, lot_id uuid, party_id uuid, position bigint NOT NULL,
        member_id uuid NOT NULL, base_cents bigint NOT NULL, {MONEY},
        occurred_on date NOT NULL, recorded_at timestamptz NOT NULL,
        CHECK (num_nulls(consortium_id, award_id, party_id) IN (0, 3)),
        UNIQUE (cluster_id, key), UNIQUE (cluster_id, award_id, party_id, position),
        FOREIGN KEY (cluster_id, member_id) REFERENCES member""",
    "charge": """
        flow_id uuid NOT NULL, member_id uuid NOT NULL, consortium_id uuid,
        base_cents bigint NOT NULL, bps bigint NOT NULL CHECK (bps BETWEEN 0 AND 10000),
        amount_cents bigint NOT NULL, {MONEY},
        policy_id uuid NOT NULL, policy_version bigint NOT NULL, due_on date NOT NULL,
        charged_at timestamptz NOT NULL, evidence jsonb NOT NULL,
        CHECK (sign(base_cents) * sign(amount_cents) >= 0),
        UNIQUE (cluster_id, flow_id), UNIQUE (cluster_id, member_id, id),
        FOREIGN KEY (cluster_id, flow_id) REFERENCES flow,
        FOREIGN KEY (cluster_id, member_id) REFERENCES member,
        FOREIGN KEY (cluster_id, policy_id) REFERENCES policy""",
    # What members paid, and which charges it settled: never those of another member.
    "payment": """
        member_id uuid NOT NULL, amount_cents bigint NOT NULL CHECK (amount_cents > 0), {MONEY},
        received_on date NOT NULL, reference text NOT NULL,
        method text NOT NULL
          CHECK (method IN ('transfer', 'direct_debit', 'cheque', 'card', 'cash')),
        recorded_at timestamptz NOT NULL, person_id uuid NOT NULL,
        UNIQUE (cluster_id, reference), UNIQUE (cluster_id, member_id, id),
        FOREIGN KEY (cluster_id, member_id) REFERENCES member""",
    "settlement": """
        payment_id uuid NOT NULL, charge_id uuid NOT NULL, member_id uuid NOT NULL,
        consortium_id uuid, amount_cents bigint NOT NULL CHECK (amount_cents <> 0),
        received_on date NOT NULL, settled_at timestamptz NOT NULL,
        FOREIGN KEY (cluster_id, member_id, payment_id)
          REFERENCES payment (cluster_id, member_id, id),
        FOREIGN KEY (cluster_id, member_id, charge_id)
          REFERENCES charge (cluster_id, member_id, id)""",
}
"""Parents first. ``{MONEY}`` stands for a currency."""


def table(name: str, body: str) -> None:
    """A table of one cluster; ``body`` is SQL."""
    money = "currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$')"
    op.execute(
        f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
        f" {body.replace('{MONEY}', money)}, PRIMARY KEY (cluster_id, id))"
    )


def index(name: str, *columns: str) -> None:
    """An index on each column, inside the cluster."""
    for column in columns:
        op.execute(f"CREATE INDEX ix_{name}_{column} ON {name} (cluster_id, {column})")


def upgrade() -> None:
    """Create the tables, then their walls, then what keeps them from being rewritten."""
    create_tables()
    close_walls()
    create_functions()
    keep_from_change()


def create_tables() -> None:
    """The tables and their indexes."""
    for name, body in TABLES.items():
        table(name, body)
    op.execute(
        "CREATE UNIQUE INDEX uq_forecast_current ON forecast (cluster_id, award_id, party_id)"
        " WHERE superseded_at IS NULL"
    )
    index("ledger_posting", "transaction_id", "debit_account_id", "credit_account_id")
    index("forecast", "consortium_id")
    index("flow", "consortium_id")
    index("settlement", "payment_id", "charge_id", "consortium_id")


def close_walls() -> None:
    """Policies are the cluster's; amounts are the parties', the debtor's and the overseers'."""
    # Whoever charges a receipt writes into books that only overseers read. A posting needs no
    # check of its own: only who has just written a transaction knows its id.
    writable = {"account": OF_A_FLOW, "transaction": FROM_A_FLOW, "posting": "true"}
    for name, check in writable.items():
        wall(f"ledger_{name}", visible=OVERSEEN, writable=check, grants="SELECT, INSERT")
    for name in ("policy", "policy_rate", "policy_fee_band"):
        wall(name, writable=OVERSEEN, grants="SELECT, INSERT")
    for name in ("forecast", "flow", "charge"):
        wall(name, visible=AMOUNTS, grants="SELECT, INSERT")
    wall("award_trigger", visible=f"{PARTY} OR {OVERSEEN}", grants="SELECT, INSERT")
    op.execute(f"GRANT UPDATE (superseded_at) ON forecast TO {SERVING}, {JOB}")
    wall("payment", visible=OWN, writable=OVERSEEN, grants="SELECT, INSERT")
    # A charge uses up the advance of its debtor, whoever records the receipt; what may be
    # settled is checked by app.settlement_fits().
    wall("settlement", visible=AMOUNTS, writable="true", grants="SELECT, INSERT")


def create_functions() -> None:
    """A member's account, for whoever charges the member; and the guard of settlements."""
    op.execute("""
        CREATE FUNCTION app.lock_account(member uuid) RETURNS void LANGUAGE sql VOLATILE
        RETURN pg_advisory_xact_lock(
          hashtextextended('contributions ' || app.cluster() || ' ' || member, 0))
    """)
    close_function("lock_account", SERVING, JOB, HELPER)
    for name in ("charge", "payment", "settlement"):
        open_to_helper(name)
    with as_helper():
        for body in (ANSWERS_FOR, OPEN_ITEMS, SETTLEMENT_FITS):
            op.execute(body)
        close_function("answers_for")
        close_function("open_items", SERVING, JOB)
        close_function("settlement_fits", "SESSION_USER")
    op.execute("""
        CREATE TRIGGER settlement_fits AFTER INSERT ON settlement
        FOR EACH ROW EXECUTE FUNCTION app.settlement_fits()""")


def close_function(name: str, *roles: str) -> None:
    """Leave a function to its owner and to ``roles``; a trigger's is asked of its creator alone."""
    op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
    if roles:
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {', '.join(roles)}")


def keep_from_change() -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on the books, to their owner too."""
    op.execute("""
        CREATE FUNCTION app.only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '% only grows: correct it by a row that reverses', TG_TABLE_NAME
          USING ERRCODE = '55000';
        END $$
    """)
    close_function("only_grows")
    for name in BOOKS:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
        )


# Its own account, any for overseers and jobs, and those of the companies of its live consortia:
# of those that left, too, for an amendment takes back what they were charged.
ANSWERS_FOR = f"""
CREATE FUNCTION app.answers_for(member uuid) RETURNS boolean STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT coalesce(member = app.member(), false) OR app.oversees()
    OR current_setting('role') = '{JOB}'
    OR EXISTS (SELECT FROM public.party p
      WHERE p.cluster_id = app.cluster() AND p.member_id = member
        AND p.consortium_id = ANY (app.my_consortia()));
END
"""

# Payments that are used up matter to an open credit note alone, which may give them back.
OPEN_ITEMS = """
CREATE FUNCTION app.open_items(member uuid)
RETURNS TABLE (kind text, id uuid, consortium_id uuid, on_day date,
               amount_cents bigint, settled_cents bigint)
STABLE SECURITY DEFINER BEGIN ATOMIC
  WITH due AS MATERIALIZED (
    SELECT c.id, c.consortium_id, c.due_on, c.amount_cents, s.cents
    FROM public.charge c
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(x.amount_cents), 0)::bigint AS cents FROM public.settlement x
      WHERE x.cluster_id = c.cluster_id AND x.charge_id = c.id) s
    WHERE c.cluster_id = app.cluster() AND c.member_id = member
      AND app.answers_for(member) AND c.amount_cents <> s.cents)
  SELECT 'charge', d.* FROM due d
  UNION ALL
  SELECT 'payment', p.id, NULL, p.received_on, p.amount_cents, s.cents
  FROM public.payment p
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.amount_cents), 0)::bigint AS cents FROM public.settlement x
    WHERE x.cluster_id = p.cluster_id AND x.payment_id = p.id) s
  WHERE p.cluster_id = app.cluster() AND p.member_id = member AND app.answers_for(member)
    AND (p.amount_cents <> s.cents OR EXISTS (SELECT FROM due d WHERE d.amount_cents < 0))
  ORDER BY 4, 2;
END
"""

SETTLEMENT_FITS = """
CREATE FUNCTION app.settlement_fits() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE charged bigint; settled bigint; received bigint; given bigint;
BEGIN
  -- Without the lock, two transactions would each see only their own settlement.
  PERFORM app.lock_account(NEW.member_id);
  SELECT c.amount_cents, sum(s.amount_cents) INTO charged, settled
  FROM public.charge c JOIN public.settlement s USING (cluster_id)
  WHERE cluster_id = NEW.cluster_id AND c.id = NEW.charge_id AND s.charge_id = c.id
  GROUP BY c.amount_cents;
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


def downgrade() -> None:
    """Drop the tables, and the functions in the order that their uses allow."""
    with as_helper():
        op.execute("DROP FUNCTION app.open_items, app.answers_for")
    for name in ("forecast", *BOOKS):
        op.drop_table(name)
    with as_helper():
        op.execute("DROP FUNCTION app.settlement_fits")
    op.execute("DROP FUNCTION app.lock_account, app.only_grows")
