"""A million notices to search in: real titles, made inside PostgreSQL once, kept for the next run.

Each notice bears a title as it is, and two more as its description. Divisions of the CPV come as
often as in the bulletin, about: works first.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

import psycopg

from app.watch.repository import Search
from app.watch.service.prepare import branch
from bench import data

DATABASE = "bench_search"
ROWS = 1_000_000
PART = 25_000
"""Rows of one INSERT."""

AT_ONCE = 2
SEED = 21

DIVISIONS = (
    "45 45 45 45 45 45 71 71 71 50 50 90 90 79 79 33 33 34 34 85 72 48 30 31 32 38 39 42 44 55 60"
    " 63 64 66 70 75 77 80 92 98 15 09 18 22 24"
)

PEOPLE = data.PEOPLE

NOTICES = f"""
INSERT INTO notice (id, source, source_id, version, kind, title, description, buyer, nature,
    concession, procedure, follows, cpv, departments, lots, deadline_at, deadline_zone,
    deadline_text, deadline_certain, published_on, url, partial, content_hash, first_seen_at,
    updated_at)
  SELECT uuidv7(), 'boamp', '26-' || n, 1, (ARRAY['call', 'call', 'call', 'award'])[n % 4 + 1],
    one.title, two.title || E'\\n' || three.title, one.buyer,
    (ARRAY['works', 'supplies', 'services'])[dice % 3 + 1], n % 50 = 0, 'Procédure adaptée',
    '{{}}', ARRAY[division || lpad((dice / 7 % 300)::text, 3, '0') || '000'],
    ARRAY[replace(lpad((dice / 11 % 95 + 1)::text, 2, '0'), '20', '2A')], '[]',
    day + interval '30 days', 'Europe/Paris', '12h00', true, day,
    'https://example.org/avis/' || n, false,
    sha256(n::text::bytea), now(), now()
  FROM generate_series($1::int, $2::int) n
  CROSS JOIN LATERAL (
    SELECT date '2024-01-01' + n / 1000 AS day, abs(hashint4(n)::bigint) AS dice) known
  CROSS JOIN (SELECT string_to_array('{DIVISIONS}', ' ') AS divisions) codes
  CROSS JOIN LATERAL (
    SELECT divisions[dice / 3 % array_length(divisions, 1) + 1] AS division) code
  CROSS JOIN (SELECT count(*) AS many FROM bench.title) titles
  JOIN bench.title one ON one.place = n % many
  JOIN bench.title two ON two.place = dice / 5 % many
  JOIN bench.title three ON three.place = dice / 13 % many
"""

INDEXES = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'notice'
  AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What someone looks for: words, a branch of the CPV, a department."""

    q: str
    cpv: str
    department: str

    def path(self, items: int) -> str:
        """The request to the product."""
        return f"/v1/notices?{self._query(items)}"

    def floor_path(self, items: int, cluster: UUID) -> str:
        """The same to the floor."""
        return f"/search?{self._query(items)}&cluster={cluster}"

    def search(self) -> Search:
        """The same to the repository."""
        return Search(q=self.q, cpv_branch=self.cpv, departments=(self.department,))

    def _query(self, items: int) -> str:
        asked = {"q": self.q, "cpv": self.cpv, "department": self.department, "limit": items}
        return urlencode(asked)


def fill(
    superuser_url: str,
    owner_url: str,
    login_url: str,
    titles: list[tuple[str, str]],
    tell: Callable[[str], None],
) -> None:
    """Make the notices out of titles and buyers, unless they are there."""
    made_of = PEOPLE + NOTICES + repr((ROWS, titles))
    data.once(superuser_url, owner_url, login_url, made_of, lambda url: _make(url, titles, tell))


def _make(owner_url: str, titles: list[tuple[str, str]], tell: Callable[[str], None]) -> None:
    """Indexes come last: filling them row by row takes several times as long."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(PEOPLE.encode())
        connection.execute(
            "CREATE TABLE bench.title (place bigint PRIMARY KEY, title text, buyer text)"
        )
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY bench.title FROM STDIN") as copy,
        ):
            for place, (title, buyer) in enumerate(titles):
                copy.write_row((place, title, buyer))
        connection.execute("ANALYZE bench.title")
        indexes = [str(row[0]) for row in connection.execute(INDEXES)]
        for index in indexes:
            name = index.partition(" ON ")[0].split()[-1]
            connection.execute(f"DROP INDEX {name}".encode())
        done = 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            parts = [(owner_url, first) for first in range(0, ROWS, PART)]
            for _ in pool.map(_insert, parts):
                done += PART
                if done % (ROWS // 10) == 0:
                    tell(f"  {done:,} notices")
        connection.execute("SET maintenance_work_mem = '512MB'")
        for place, index in enumerate(indexes, 1):
            connection.execute(index.encode())
            tell(f"  {place} of {len(indexes)} indexes")
        connection.execute("VACUUM (ANALYZE)")


def _insert(part: tuple[str, int]) -> None:
    owner_url, first = part
    raw = psycopg.RawCursor
    with psycopg.connect(owner_url, autocommit=True, cursor_factory=raw) as connection:
        connection.execute(NOTICES.encode(), [first, first + PART - 1])


def asked(owner_url: str, count: int) -> list[Asked]:
    """What to look for: what some of the notices are, so that each finds one at least.

    One word or two of the title, rare or in every third notice, none that only joins others; a
    division of the CPV, or a group.
    """
    chance = random.Random(SEED)  # noqa: S311 - the same searches in each run
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT title, cpv[1], departments[1] FROM notice WHERE source_id = ANY(%s)"
            " ORDER BY source_id",
            ([f"26-{chance.randrange(ROWS)}" for _ in range(4 * count)],),
        ).fetchall()
    found = []
    for title, cpv, department in rows:
        words = [word for word in title.lower().split() if len(word) > 5 and word.isalpha()]
        if words:
            some = chance.sample(words, min(len(words), chance.choice((1, 2))))
            digits = chance.choice((2, 2, 3))
            found.append(Asked(" ".join(some), branch(cpv[:digits]), department))
    return found[:count]
