"""An import over HTTP beside COPY: the same notices, versions, bodies and search words.

The floor is the least that leaves the same rows in PostgreSQL: one COPY of each notice's columns,
content and raw body into one table, whose words PostgreSQL makes as ours does. It reads nothing,
keeps no version, and has no index. Beside it stands the same COPY into a table with our columns
and indexes: what a search needs is "included" in the import, and so it is told with either reading.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import psycopg

from bench import bulletin, data
from bench.processes import free_port, server

DATABASE = "bench_import"
NOTICES = 200_000
REQUIRED_SHARE = 0.4
"""Of the floor's pace (the issue)."""

MEMORY_MB = 300
SAMPLE = 20_000
"""Rows of one round of the floor; the pace of COPY does not depend on how many there are."""

ROUNDS = 5
"""Parts of the import, each followed by a round of the floor: what drifts falls on both."""

KILOBYTES_PER_MB = 1024
BYTES_PER_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Import:
    """What an import reached: its pace over the floor's, and its memory at its peak."""

    notices: int
    rounds: tuple[float, ...]
    indexed: tuple[float, ...]
    peak_mb: float

    @property
    def share(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    @property
    def indexed_share(self) -> float:
        """The median of the rounds beside COPY into our indexes; told, and not held."""
        return median(self.indexed)

    @property
    def passed(self) -> bool:
        """Whether both bounds hold."""
        return self.share >= REQUIRED_SHARE and self.peak_mb < MEMORY_MB


def measure(
    superuser_url: str,
    owner_url: str,
    login_url: str,
    environment: Mapping[str, str],
    notices: int = NOTICES,
) -> Import:
    """Import so many notices as ``grappe import --from --to`` does, part by part beside COPY."""
    owner, login = data.at(owner_url, DATABASE), data.at(login_url, DATABASE)
    data.renew(superuser_url, owner, login)
    port, days = free_port(), notices // ROUNDS // bulletin.A_DAY
    urls = {"GRAPPE_DATABASE_OWNER_URL": owner, "GRAPPE_DATABASE_URL": login}
    rounds: list[float] = []
    indexed: list[float] = []
    peak = 0.0
    with (
        server(["-m", "bench.bulletin", str(port), str(notices)], {}, port),
        psycopg.connect(owner, autocommit=True) as connection,
    ):
        _turn_on(owner, port)
        for number in range(ROUNDS):
            first = bulletin.FIRST_DAY + timedelta(days=number * days)
            last = first + timedelta(days=days - 1)
            peak = max(peak, _import({**os.environ, **environment, **urls}, first, last))
            ours = _seconds_each(connection, days * bulletin.A_DAY)
            sample = min(SAMPLE, (number + 1) * days * bulletin.A_DAY)
            rounds.append(_copy(connection, sample, _bare(connection)) / ours)
            indexed.append(_copy(connection, sample, INDEXED) / ours)
    return Import(notices, tuple(rounds), tuple(indexed), peak)


def _turn_on(owner: str, port: int) -> None:
    with psycopg.connect(owner) as connection:
        connection.execute(
            "UPDATE source SET enabled = true, pace_ms = 0, base_url = %s WHERE id = 'boamp'",
            (f"http://127.0.0.1:{port}",),
        )


def _import(environment: Mapping[str, str], since: date, until: date) -> float:
    days = ["--from", str(since), "--to", str(until)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "app.cli", "import", "boamp", *days],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"the import left with {process.returncode}")
    unit = BYTES_PER_MB if sys.platform == "darwin" else KILOBYTES_PER_MB
    return used.ru_maxrss / unit


def _seconds_each(connection: "psycopg.Connection[tuple[object, ...]]", notices: int) -> float:
    """By the run's own row: what it takes to start Python is not the import."""
    row = connection.execute(
        "SELECT new, extract(epoch FROM finished_at - started_at)::float8 FROM import_run"
        " ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None or row[0] != notices:
        raise RuntimeError(f"the import stored {row and row[0]} of {notices} notices")
    return float(str(row[1])) / notices


COLUMNS = (
    "id, source, source_id, version, kind, title, description, buyer, buyer_siret, nature,"
    " concession, procedure, procedure_id, follows, cpv, departments, nuts, reserved, details,"
    " lots, estimate_cents, currency, deadline_at, deadline_zone, deadline_text,"
    " deadline_certain, published_on, url, partial, content_hash, first_seen_at, updated_at"
)


INDEXED = (
    "CREATE TABLE floor (LIKE notice INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES)",
    "ALTER TABLE floor ADD content jsonb, ADD raw json",
)
"""The table of the second floor: a notice's columns, and all of their indexes."""


def _bare(connection: "psycopg.Connection[tuple[object, ...]]") -> tuple[str, ...]:
    """The table of the floor: what a notice's columns hold, its words, and no index."""
    words = connection.execute(
        "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute"
        " ON attrelid = adrelid AND attnum = adnum"
        " WHERE adrelid = 'notice'::regclass AND attname = 'search'"
    ).fetchone()
    return (
        f"CREATE TABLE floor AS SELECT {COLUMNS}, content, raw FROM notice,"
        " LATERAL (SELECT content, raw FROM notice_version WHERE false) v WHERE false",
        f"ALTER TABLE floor ADD search tsvector GENERATED ALWAYS AS ({words and words[0]}) STORED",
    )


def _copy(
    connection: "psycopg.Connection[tuple[object, ...]]", rows: int, table: tuple[str, ...]
) -> float:
    """Seconds that a row takes: text that COPY itself once wrote, in the batches of our import."""
    for statement in ("DROP TABLE IF EXISTS floor", *table):
        connection.execute(statement.encode())
    spent = 0.0
    with connection.cursor() as cursor:
        for part in _parts(connection, rows):
            begun = time.perf_counter()
            with cursor.copy(f"COPY floor ({COLUMNS}, content, raw) FROM STDIN".encode()) as copy:
                copy.write(part)
            spent += time.perf_counter() - begun
    return spent / rows


def _parts(
    connection: "psycopg.Connection[tuple[object, ...]]", rows: int, size: int = 500
) -> Iterator[bytes]:
    for start in range(0, rows, size):
        query = (
            f"COPY (SELECT {COLUMNS}, content, raw FROM notice JOIN notice_version v"
            f" ON v.notice_id = id AND v.version = notice.version"
            f" ORDER BY id OFFSET {start} LIMIT {size}) TO STDOUT"
        ).replace("id, source, source_id, version,", "id, source, source_id, notice.version,")
        with connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
            part = b"".join(bytes(chunk) for chunk in copy)
        yield part
