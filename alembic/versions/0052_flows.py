"""Flows between members: what each side says of an invoice, what is reversed, and charging runs.

Revision 0052, after 0051.
"""

from alembic import op

from app.infra.db.walls import HELPER, JOB, SERVING, as_helper, open_to_helper, wall

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

OVERSEEN = "(SELECT app.oversees())"
OF_THE_TWO = f"seller_id = app.member() OR buyer_id = app.member() OR {OVERSEEN}"
OF_ONE_SEEN = """EXISTS (SELECT FROM exchange e
  WHERE e.cluster_id = {table}.cluster_id AND e.id = {table}.exchange_id)"""
OWN_SIDE = f"""{OVERSEEN} OR EXISTS (SELECT FROM exchange e
  WHERE e.cluster_id = exchange_word.cluster_id AND e.id = exchange_word.exchange_id
    AND app.member() = CASE side WHEN 'seller' THEN e.seller_id ELSE e.buyer_id END)"""

KINDS_BEFORE = "('award', 'receipt')"
KINDS = "('award', 'receipt', 'invoice', 'reversal')"

TABLES = {
    # Who and what stand in the key: a claim never meets the invoice of two others by its number.
    "exchange": """
        nature text NOT NULL CHECK (nature IN ('co_contracting', 'business')),
        seller_id uuid NOT NULL, buyer_id uuid, partner_id uuid,
        number text NOT NULL CHECK (number <> ''), turn bigint NOT NULL CHECK (turn > 0),
        corrects_id uuid, recorded_at timestamptz NOT NULL,
        CHECK ((nature = 'business') = (buyer_id IS NOT NULL)),
        CHECK ((nature = 'co_contracting') = (partner_id IS NOT NULL)),
        CHECK (seller_id <> coalesce(buyer_id, partner_id)), CHECK (corrects_id <> id),
        UNIQUE NULLS NOT DISTINCT (cluster_id, seller_id, buyer_id, number, turn),
        FOREIGN KEY (cluster_id, seller_id) REFERENCES member,
        FOREIGN KEY (cluster_id, buyer_id) REFERENCES member,
        FOREIGN KEY (cluster_id, partner_id) REFERENCES member,
        FOREIGN KEY (cluster_id, corrects_id) REFERENCES exchange""",
    "exchange_word": """
        exchange_id uuid NOT NULL, side text NOT NULL CHECK (side IN ('seller', 'buyer')),
        amount_cents bigint NOT NULL
          CHECK (amount_cents <> 0 AND abs(amount_cents) <= 1000000000000000),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        invoiced_on date NOT NULL, label text, consortium_id uuid,
        said_at timestamptz NOT NULL, person_id uuid NOT NULL,
        UNIQUE (cluster_id, exchange_id, side),
        FOREIGN KEY (cluster_id, exchange_id) REFERENCES exchange""",
    "exchange_reversal": """
        exchange_id uuid NOT NULL, reason text NOT NULL CHECK (reason <> ''),
        reversed_at timestamptz NOT NULL, person_id uuid NOT NULL,
        UNIQUE (cluster_id, exchange_id),
        FOREIGN KEY (cluster_id, exchange_id) REFERENCES exchange""",
}
"""Parents first."""

RUN = """
    CREATE TABLE charge_run (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,
      until_day date NOT NULL, state text NOT NULL CHECK (state IN ('waiting', 'done')),
      reached uuid, charges bigint NOT NULL CHECK (charges >= 0), amount_cents numeric NOT NULL,
      asked_at timestamptz NOT NULL, person_id uuid NOT NULL, ended_at timestamptz,
      CHECK ((state = 'done') = (ended_at IS NOT NULL)), PRIMARY KEY (cluster_id, id))
"""

# A UUIDv7 (RFC 9562, 5.7) where rows are made by the thousand: the millisecond, then noise.
FRESH_ID = """
    CREATE FUNCTION app.fresh_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
      PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
      FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid
"""

# Asked by a party of the consortium, or by an overseer: nobody else is told anything.
SHARE_AN_AWARD = """
CREATE FUNCTION app.share_an_award(consortium uuid, one uuid, other uuid) RETURNS boolean
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT (app.oversees() OR consortium = ANY (app.my_consortia()))
    AND EXISTS (SELECT FROM public.award_trigger t
      WHERE t.cluster_id = app.cluster() AND t.consortium_id = consortium)
    AND 2 = (SELECT count(DISTINCT p.member_id) FROM public.party p
      WHERE p.cluster_id = app.cluster() AND p.consortium_id = consortium
        AND p.member_id IN (one, other));
END
"""


def upgrade() -> None:
    """Create the tables, close their walls, keep them from change."""
    for name, body in TABLES.items():
        op.execute(
            f"CREATE TABLE {name} (cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL,"
            f" {body}, PRIMARY KEY (cluster_id, id))"
        )
    op.execute("CREATE INDEX ix_exchange_buyer_id ON exchange (cluster_id, buyer_id)")
    op.execute("CREATE INDEX ix_exchange_corrects_id ON exchange (cluster_id, corrects_id)")
    wall("exchange", visible=OF_THE_TWO, grants="SELECT, INSERT")
    for name in ("exchange_word", "exchange_reversal"):
        seen = OF_ONE_SEEN.format(table=name)
        own = OWN_SIDE if name == "exchange_word" else seen
        wall(name, visible=seen, writable=own, grants="SELECT, INSERT")
    for name in TABLES:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION app.only_grows()"
        )
    op.execute(RUN)
    wall("charge_run", visible=OVERSEEN, grants="SELECT, INSERT")
    op.execute(
        f"GRANT UPDATE (state, reached, charges, amount_cents, ended_at) ON charge_run TO {JOB}"
    )
    op.execute(FRESH_ID)
    op.execute("REVOKE EXECUTE ON FUNCTION app.fresh_id() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.fresh_id() TO {JOB}")
    charge_from_runs()
    open_to_helper("award_trigger")
    with as_helper():
        op.execute(SHARE_AN_AWARD)
        signature = "app.share_an_award(uuid, uuid, uuid)"
        op.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {SERVING}, {JOB}")


def charge_from_runs() -> None:
    """What runs charge: an invoice, or its reversal; ``subject_id`` names the invoice of both."""
    op.execute("ALTER TABLE flow DROP CONSTRAINT flow_kind_check")
    op.execute(f"ALTER TABLE flow ADD CONSTRAINT flow_kind_check CHECK (kind IN {KINDS})")
    op.execute("ALTER TABLE flow ADD COLUMN subject_id uuid")
    op.execute(
        "CREATE UNIQUE INDEX uq_flow_subject"
        " ON flow (cluster_id, subject_id, member_id, position) WHERE subject_id IS NOT NULL"
    )


def downgrade() -> None:
    """Drop the tables, children first, and the functions."""
    op.execute("ALTER TABLE flow DROP COLUMN subject_id, DROP CONSTRAINT flow_kind_check")
    op.execute(f"ALTER TABLE flow ADD CONSTRAINT flow_kind_check CHECK (kind IN {KINDS_BEFORE})")
    op.execute("DROP FUNCTION app.fresh_id()")
    op.drop_table("charge_run")
    with as_helper():
        op.execute("DROP FUNCTION app.share_an_award")
    op.execute("DROP POLICY helper ON award_trigger")
    op.execute(f"REVOKE SELECT ON award_trigger FROM {HELPER}")
    for name in reversed(TABLES):
        op.drop_table(name)
