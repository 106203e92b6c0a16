"""The rows: made inside PostgreSQL, once, and kept for the next run of the same schema."""

import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app.infra import embedded
from app.infra.db.migrate import migrate

ROWS = 200_000
CLUSTERS = 200
FLOOR_ROLE = "bench_floor"
DATABASE = "bench"
MIGRATIONS = Path(__file__).resolve().parents[1] / "alembic" / "versions"


def token(number: int) -> str:
    """The bearer token of the cluster with this number (from 1)."""
    return f"bench-token-{number}"


PEOPLE = f"""
INSERT INTO cluster (cluster_id, name, slug, zone, created_at)
  SELECT uuidv7(), 'Grappe ' || n, 'bench-' || n, 'Europe/Paris', now()
  FROM generate_series(1, {CLUSTERS}) n;
INSERT INTO person (id, email, name, created_at)
  SELECT uuidv7(), slug || '@bench.example', name, now() FROM cluster;
INSERT INTO membership (cluster_id, id, person_id, role, created_at)
  SELECT c.cluster_id, uuidv7(), p.id, 'coordinator', now()
  FROM cluster c JOIN person p ON p.email = c.slug || '@bench.example';
INSERT INTO token
    (cluster_id, id, membership_id, kind, name, prefix, hash, created_at, expires_at)
  SELECT m.cluster_id, uuidv7(), m.id, 'session', 'bench', 'bench',
    sha256(replace(c.slug, 'bench-', 'bench-token-')::bytea), now(), now() + interval '10 years'
  FROM membership m JOIN cluster c USING (cluster_id);
"""

NOTICES = f"""
INSERT INTO notice (id, source, source_id, version, kind, title, description, buyer, nature,
    concession, procedure, follows, cpv, departments, lots, estimate_cents, currency,
    deadline_at, deadline_zone, deadline_text, deadline_certain, published_on, url, partial,
    content_hash, first_seen_at, updated_at)
  SELECT uuidv7(), 'boamp', '26-' || n, 1, 'call',
    'Réhabilitation du groupe scolaire n° ' || n || ' et aménagement de ses abords',
    'Travaux en lots séparés ; les variantes sont admises. Opération ' || md5(n::text) || '.',
    'Commune de ' || initcap(substr(md5((n % 5000)::text), 1, 9)),
    (ARRAY['works', 'supplies', 'services'])[n % 3 + 1], n % 50 = 0, 'Procédure adaptée',
    '{{}}', ARRAY['45214200', '45000000'], ARRAY[lpad((n % 95 + 1)::text, 2, '0')],
    '[{{"number": "1", "title": "Gros œuvre"}}, {{"number": "2", "title": "Électricité"}}]',
    n * 100, 'EUR', day + interval '30 days', 'Europe/Paris', '12h00', true, day,
    'https://example.org/avis/' || n, false, sha256(n::text::bytea), now(), now()
  FROM generate_series(1, {ROWS}) n,
    LATERAL (SELECT date '2024-01-01' + (n / 250) AS day) published;
"""

# Every cluster follows a thousand; neighbours in time belong to different clusters, as they do
# in life, so that a page's rows do not lie side by side.
TENDERS = f"""
INSERT INTO tender (cluster_id, id, notice_id, title, buyer, nature, procedure, concession,
    several_bids, deadline_at, deadline_zone, deadline_text, deadline_certain, cancelled, url,
    followed_by, created_at, version)
  SELECT c.cluster_id, uuidv7(), n.id, n.title, n.buyer, n.nature, n.procedure, n.concession,
    'unknown', n.deadline_at, n.deadline_zone, n.deadline_text, n.deadline_certain, false, n.url,
    c.cluster_id, now(), 1
  FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM notice) n
  JOIN (SELECT cluster_id, row_number() OVER (ORDER BY slug) AS place FROM cluster) c
    ON c.place = n.place % {CLUSTERS} + 1
  ORDER BY n.place;
"""

STEPS = (PEOPLE, NOTICES, TENDERS)


def fill(superuser_url: str, owner_url: str, login_url: str) -> None:
    """Make the database of the lists, unless it is there."""
    once(superuser_url, owner_url, login_url, "".join(STEPS), _run_steps)


def _run_steps(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for step in STEPS:
            connection.execute(step.encode())
        connection.execute("VACUUM (ANALYZE)")


def once(
    superuser_url: str, owner_url: str, login_url: str, made_of: str, make: Callable[[str], None]
) -> None:
    """Make the database anew with ``make(owner_url)``, unless it is as that leaves it.

    ``made_of`` is what the rows depend on, beside the migrations.
    """
    mark = _mark(made_of)
    if _known(superuser_url, owner_url, mark):
        return
    renew(superuser_url, owner_url, login_url)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bench")
        make(owner_url)
        connection.execute("CREATE TABLE bench.filled AS SELECT %s::text AS mark", (mark,))


def renew(superuser_url: str, owner_url: str, login_url: str) -> None:
    """An empty database at the newest schema, instead of whatever bore its name."""
    name = database_of(owner_url)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(drop)
        embedded.create_database(connection, name)
    migrate(owner_url, login_url)


def database_of(url: str) -> str:
    """The name of the database that a URL leads to."""
    return make_url(url).database or ""


def at(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _mark(made_of: str) -> str:
    texts = [made_of.encode()]
    texts += [path.read_bytes() for path in sorted(MIGRATIONS.glob("*.py"))]
    return sha256(b"".join(texts)).hexdigest()


def _known(superuser_url: str, owner_url: str, mark: str) -> bool:
    with psycopg.connect(superuser_url) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (database_of(owner_url),)
        )
        if found.fetchone() is None:
            return False
    with psycopg.connect(owner_url) as connection:
        table = connection.execute("SELECT to_regclass('bench.filled')").fetchone()
        if table == (None,):
            return False
        return connection.execute("SELECT mark FROM bench.filled").fetchall() == [(mark,)]


def open_floor(superuser_url: str, owner_url: str) -> str:
    """Let a plain role read the same tables past row security, and give its URL.

    Its policy is the constant true, which the planner drops: the floor pays nothing for walls.
    """
    password = secrets.token_urlsafe(24)
    role = sql.Identifier(FLOOR_ROLE)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (FLOOR_ROLE,))
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password))
        )
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(database_of(owner_url)), role
            )
        )
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for grant in (
            "SELECT ON tender, notice, joined_group",
            "USAGE ON SCHEMA app",
            "EXECUTE ON FUNCTION app.kin",
        ):
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(grant), role))
        for table in map(sql.Identifier, ("tender", "joined_group")):
            connection.execute(sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(role, table))
            connection.execute(
                sql.SQL("CREATE POLICY {role} ON {table} TO {role} USING (true)").format(
                    role=role, table=table
                )
            )
    url = make_url(owner_url).set(username=FLOOR_ROLE, password=password)
    return url.render_as_string(hide_password=False)


def clusters(owner_url: str, count: int) -> list[tuple[UUID, str]]:
    """Some clusters, each with the token that signs its coordinator in."""
    with psycopg.connect(owner_url) as connection:
        found = connection.execute(
            "SELECT cluster_id, replace(slug, 'bench-', '')::int FROM cluster ORDER BY 2 LIMIT %s",
            (count,),
        )
        return [(cluster_id, token(number)) for cluster_id, number in found]
