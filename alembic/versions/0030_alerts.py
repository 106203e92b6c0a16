"""What befell a tender, what each person is told of it, and when it is mailed.

Revision 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import HELPER, JOB, PRESENT, SERVING, as_helper, open_to_helper, wall

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MINE = f"membership_id = app.membership() AND {PRESENT}"
"""A person's in one role; and nobody's once the company has left."""
TENDERS = f"{PRESENT} OR {{}} = ANY ((SELECT app.my_tenders())::uuid[])"

KINDS = "('match', 'deadline_moved', 'notice_corrected', 'call_cancelled', 'result_published')"


def upgrade() -> None:
    """Tables, then functions, then what the tenders of before are known to have said."""
    change_tenders()
    create_digests()
    create_alerts()
    create_functions()
    change_feeds(FEEDS)
    op.execute("UPDATE token SET scopes = '{calendars:read}' WHERE kind = 'feed'")


def change_tenders() -> None:
    """For whom a tender is followed, and each piece of news that the cluster was told of it."""
    op.execute("""
        ALTER TABLE tender ADD COLUMN followed_for uuid,
          ADD CONSTRAINT fk_tender_cluster_id_followed_for
            FOREIGN KEY (cluster_id, followed_for) REFERENCES member (cluster_id, id)
    """)
    op.execute("""
        UPDATE tender t SET followed_for = a.member_id FROM audit_entry a
        WHERE a.cluster_id = t.cluster_id AND a.subject_id = t.id AND a.action = 'tender.followed'
    """)
    op.execute(
        f"ALTER POLICY visible ON tender WITH CHECK ({PRESENT}"
        " AND followed_for IS NOT DISTINCT FROM app.member())"
    )
    op.create_table(
        "tender_news",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("tender_id", sa.Uuid, nullable=False),
        sa.Column("notice_id", sa.Uuid, sa.ForeignKey("notice.id"), nullable=False),
        sa.Column("notice_version", sa.BigInteger, nullable=False),
        sa.Column("published_on", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("tender_version", sa.BigInteger, nullable=False),
        sa.Column("deadline_before", sa.DateTime(timezone=True)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cluster_id", "tender_id"], ["tender.cluster_id", "tender.id"]),
        sa.CheckConstraint(
            "kind IN ('followed', 'deadline_moved', 'corrected', 'cancelled', 'result')",
            name="kind",
        ),
        sa.UniqueConstraint(
            "cluster_id", "tender_id", "notice_id", "notice_version", name="uq_tender_news_once"
        ),
    )
    wall(
        "tender_news",
        visible=TENDERS.format("tender_id"),
        writable=f"{PRESENT} AND kind = 'followed'",
        grants="SELECT, INSERT",
    )
    op.execute("""
        INSERT INTO tender_news (cluster_id, id, tender_id, notice_id, notice_version,
          published_on, kind, tender_version, at)
        SELECT t.cluster_id, gen_random_uuid(), t.id, n.id, n.version, n.published_on, 'followed',
          t.version, t.created_at
        FROM tender t JOIN notice n ON n.id = t.notice_id
    """)


def create_digests() -> None:
    """How a person is told by mail, and each mail: ``until`` closes it, ``sent_at`` ends it."""
    op.create_table(
        "alert_preference",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("membership_id", sa.Uuid, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("weekday", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id", "membership_id"], ["membership.cluster_id", "membership.id"]
        ),
        sa.CheckConstraint("digest IN ('immediate', 'daily', 'weekly', 'never')", name="digest"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
    )
    wall("alert_preference", visible=MINE)
    op.create_table(
        "digest",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["cluster_id", "membership_id"], ["membership.cluster_id", "membership.id"]
        ),
        sa.Index(
            "uq_digest_open",
            "cluster_id",
            "membership_id",
            unique=True,
            postgresql_where=sa.text("until IS NULL"),
        ),
        sa.Index("ix_digest_due", "due_at", postgresql_where=sa.text("until IS NULL")),
    )
    wall("digest", visible=MINE, grants="SELECT, UPDATE (due_at, until)")
    op.execute(f"GRANT INSERT, UPDATE ON digest TO {JOB}")


def create_alerts() -> None:
    """What a person should know; the key says when two are one."""
    op.create_table(
        "alert",
        sa.Column("cluster_id", sa.Uuid, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("notice_id", sa.Uuid, sa.ForeignKey("notice.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.Column("digest_id", sa.Uuid),
        sa.ForeignKeyConstraint(
            ["cluster_id", "membership_id"], ["membership.cluster_id", "membership.id"]
        ),
        sa.ForeignKeyConstraint(["cluster_id", "digest_id"], ["digest.cluster_id", "digest.id"]),
        sa.CheckConstraint(f"kind IN {KINDS}", name="kind"),
        sa.UniqueConstraint(
            "cluster_id", "membership_id", "kind", "subject_id", "version", name="uq_alert_once"
        ),
        sa.Index("ix_alert_newest", "cluster_id", "membership_id", "id"),
        sa.Index(
            "ix_alert_unread",
            "cluster_id",
            "membership_id",
            "id",
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index("ix_alert_digest", "cluster_id", "digest_id"),
    )
    wall("alert", visible=MINE, grants="SELECT, UPDATE (read_at)")
    op.execute(f"GRANT INSERT, UPDATE (digest_id) ON alert TO {JOB}")


def create_functions() -> None:
    """Who can be told, which clusters have mail due, and the way out of it."""
    open_to_helper("alert_preference")
    open_to_helper("digest")
    for table, columns in (
        ("alert_preference", "INSERT, UPDATE (digest, changed_at)"),
        ("digest", "UPDATE (until)"),
    ):
        op.execute(f"GRANT {columns} ON {table} TO {HELPER}")
        op.execute(f"CREATE POLICY helper_writes ON {table} TO {HELPER} USING (true)")
    op.execute(CLUSTERS_WITH_MAIL)
    _open_to("clusters_with_mail", JOB)
    with as_helper():
        op.execute(REACHABLE)
        op.execute(REFUSE_MAIL)
        _open_to("reachable", JOB)
        _open_to("refuse_mail", SERVING)


def _open_to(name: str, role: str) -> None:
    op.execute(f"REVOKE EXECUTE ON FUNCTION app.{name} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {role}")


CLUSTERS_WITH_MAIL = """
CREATE FUNCTION app.clusters_with_mail(at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT DISTINCT d.cluster_id FROM public.digest d WHERE d.until IS NULL AND d.due_at <= at'
"""

# The one rule of who is told anything: a person who may sign in, in a role that has not ended,
# of a company that has not left. Programs have no mailbox.
REACHABLE = """
CREATE FUNCTION app.reachable()
RETURNS TABLE (membership_id uuid, person_id uuid, member_id uuid, email text, name text)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT m.id, p.id, m.member_id, p.email, p.name
  FROM public.membership m
  JOIN public.person p ON p.id = m.person_id AND p.disabled_at IS NULL
  LEFT JOIN public.member c ON c.cluster_id = m.cluster_id AND c.id = m.member_id
  WHERE m.cluster_id = app.cluster() AND m.ended_at IS NULL AND m.role <> 'integration'
    AND (m.member_id IS NULL OR c.state IN ('active', 'suspended'));
END
"""

# By a link of ours, without signing in: in every role that the person has here.
REFUSE_MAIL = """
CREATE FUNCTION app.refuse_mail(person uuid, at timestamptz) RETURNS void
SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.alert_preference AS a
    (cluster_id, membership_id, digest, hour, weekday, changed_at)
  SELECT m.cluster_id, m.id, 'never', 7, 1, at FROM public.membership m
  WHERE m.cluster_id = app.cluster() AND m.person_id = person AND m.ended_at IS NULL
  ON CONFLICT (cluster_id, membership_id) DO UPDATE SET digest = 'never', changed_at = at;
  UPDATE public.digest d SET until = at FROM public.membership m
  WHERE d.cluster_id = app.cluster() AND d.until IS NULL AND m.cluster_id = d.cluster_id
    AND m.id = d.membership_id AND m.person_id = person;
END
"""

# A private address opens one thing: its scope says which.
OWN = """t.cluster_id = app.cluster() AND t.membership_id = app.membership()
    AND t.kind = 'feed' AND t.revoked_at IS NULL AND t.scopes = ARRAY[opens]"""
OPEN_FEED = f"""
CREATE FUNCTION app.open_feed(
  token_id uuid, given_name text, token_prefix text, token_hash bytea, at timestamptz,
  most bigint, opens text)
RETURNS uuid SECURITY DEFINER BEGIN ATOMIC
  INSERT INTO public.token
    (cluster_id, id, membership_id, kind, name, scopes, prefix, hash, created_at, expires_at)
  SELECT app.cluster(), token_id, app.membership(), 'feed', given_name, ARRAY[opens],
    token_prefix, token_hash, at, 'infinity'
  WHERE (SELECT count(*) FROM public.token t WHERE {OWN}) < most
  RETURNING id;
END
"""
MY_FEEDS = f"""
CREATE FUNCTION app.my_feeds(opens text) RETURNS TABLE (id uuid, name text, created_at timestamptz)
STABLE SECURITY DEFINER BEGIN ATOMIC
  SELECT t.id, t.name, t.created_at FROM public.token t WHERE {OWN};
END
"""
CLOSE_FEED = f"""
CREATE FUNCTION app.close_feed(token_id uuid, at timestamptz, opens text) RETURNS uuid
SECURITY DEFINER BEGIN ATOMIC
  UPDATE public.token t SET revoked_at = at WHERE {OWN} AND t.id = token_id RETURNING t.id;
END
"""
FEEDS = {"open_feed": OPEN_FEED, "my_feeds": MY_FEEDS, "close_feed": CLOSE_FEED}
FEEDS_0011 = {
    name: body.replace(" AND t.scopes = ARRAY[opens]", "")
    .replace(", opens text", "")
    .replace("opens text", "")
    .replace("\n  most", " most")
    .replace("name, scopes,", "name,")
    .replace("given_name, ARRAY[opens],", "given_name,")
    for name, body in FEEDS.items()
}


def change_feeds(functions: dict[str, str]) -> None:
    """What the owner of private addresses does with them, made anew."""
    with as_helper():
        for name, body in functions.items():
            op.execute(f"DROP FUNCTION app.{name}")
            op.execute(body)
            _open_to(name, SERVING)


def downgrade() -> None:
    """Private addresses that open no calendar end."""
    op.execute("DELETE FROM token WHERE kind = 'feed' AND scopes <> '{calendars:read}'")
    op.execute("UPDATE token SET scopes = NULL WHERE kind = 'feed'")
    change_feeds(FEEDS_0011)
    with as_helper():
        op.execute("DROP FUNCTION app.reachable, app.refuse_mail")
    op.execute("DROP FUNCTION app.clusters_with_mail")
    for table in ("alert", "digest", "alert_preference", "tender_news"):
        op.drop_table(table)
    op.execute(f"ALTER POLICY visible ON tender WITH CHECK ({PRESENT})")
    op.execute("ALTER TABLE tender DROP COLUMN followed_for")
