"""Datasette on SQLite's full text, with the same notices: in an environment of its own.

It is given what is best for it: words without accents in an external-content FTS5 table, indexes
for each filter and for the order, a file that never changes, no counts, no facets. It knows no
French stems, and so looks for less.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from bench.cases import ITEMS
from bench.million import Asked
from bench.processes import Server, server

ROOT = Path(__file__).resolve().parents[1] / ".grappe"
PYTHON = ROOT / "datasette" / "bin" / "python"
SECONDS = 60
"""Of one question, before it gives up."""

COLUMNS = (
    "id, source, source_id, version, kind, title, description, buyer, nature, procedure, cpv,"
    " department, deadline_at, published_on, url"
)

ROWS = """
SELECT id::text, source, source_id, version, kind, title, description, buyer, nature, procedure,
  cpv[1], departments[1], deadline_at::text, published_on::text, url FROM notice
"""

AFTER = """
CREATE INDEX published_on ON notice (published_on);
CREATE INDEX department ON notice (department, published_on);
CREATE INDEX cpv ON notice (cpv);
CREATE VIRTUAL TABLE notice_fts USING fts5(title, buyer, description, content='notice',
  tokenize='unicode61 remove_diacritics 2');
INSERT INTO notice_fts (notice_fts) VALUES ('rebuild');
INSERT INTO notice_fts (notice_fts) VALUES ('optimize');
ANALYZE;
"""


def missing() -> str:
    """Why it is not asked; empty when it can be."""
    return "" if PYTHON.exists() else "SKIPPED: Datasette is not installed (make bench does it)"


def fill(owner_url: str) -> Path:
    """The same notices in SQLite, made anew unless they are those of this filling."""
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT mark FROM bench.filled").fetchone()
    path = ROOT / "bench" / f"notices-{str(row and row[0])[:16]}.db"
    if path.exists():
        return path
    for old in path.parent.glob("notices-*"):
        old.unlink()
    part = path.with_suffix(".part")
    with closing(sqlite3.connect(part)) as target, psycopg.connect(owner_url) as source:
        target.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        target.execute(f"CREATE TABLE notice ({COLUMNS}, PRIMARY KEY (id))")
        with source.cursor("notices") as cursor:
            cursor.itersize = 10_000
            cursor.execute(ROWS)
            marks = ", ".join("?" for _ in COLUMNS.split())
            target.executemany(f"INSERT INTO notice VALUES ({marks})", cursor)
        target.executescript(AFTER)
        target.commit()
    part.rename(path)
    return path


def path_of(asked: Asked) -> str:
    """The request for the same page."""
    query = {
        "_search": asked.q,
        "cpv__startswith": asked.cpv,
        "department": asked.department,
        "_sort_desc": "published_on",
        "_size": ITEMS,
        "_nocount": 1,
        "_nofacet": 1,
        "_nosuggest": 1,
    }
    return f"/notices/notice.json?{urlencode(query)}"


@contextmanager
def serving(path: Path, port: int) -> Iterator[Server]:
    """Datasette, as one process."""
    link = path.with_name("notices.db")
    link.unlink(missing_ok=True)
    link.symlink_to(path.name)
    command = ["-m", "datasette", "serve", "-i", str(link), "--port", str(port)]
    command += ["--setting", "sql_time_limit_ms", str(SECONDS * 1000)]
    with server(command, {}, port, python=str(PYTHON)) as running:
        yield running
