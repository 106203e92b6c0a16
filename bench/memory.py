"""Memory: of the API after the load, of an import at its peak."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import data
from bench.processes import Server

BOUND_MB = 250
RECORDS = 10_000
FILE = (
    Path(__file__).resolve().parents[2]
    / "shared/data/boamp_responses/boamp_slim_10000_2017-2024.json.gz"
)
DATABASE = "bench_import"
KILOBYTES_PER_MB = 1024
BYTES_PER_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bound:
    """Memory seen, in MB; None when it could not be measured, which is said and not held."""

    name: str
    seen: float | None
    remark: str = ""

    @property
    def passed(self) -> bool:
        """Whether it stays under the bound."""
        return self.seen is None or self.seen < BOUND_MB


def of_api(server: Server) -> Bound:
    """The API's process, after its load."""
    return Bound("API process after the load", server.resident_mb())


def of_import(
    superuser_url: str, owner_url: str, login_url: str, environment: Mapping[str, str]
) -> Bound:
    """An import of real records into an empty database, at its peak."""
    name = f"import of {RECORDS:,} records, peak"
    if not FILE.exists():
        return Bound(name, None, f"SKIPPED: {FILE.name} is not beside the project")
    owner, login = data.at(owner_url, DATABASE), data.at(login_url, DATABASE)
    data.renew(superuser_url, owner, login)
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "app.cli", "import", "boamp", "--file", str(FILE)],
        env={
            **os.environ,
            **environment,
            "GRAPPE_DATABASE_OWNER_URL": owner,
            "GRAPPE_DATABASE_URL": login,
        },
        stdout=subprocess.DEVNULL,
    )
    # Of this child alone; it also counts what the fork shared with us, which is less than its own.
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"the import left with {process.returncode}")
    stored = _stored(owner)
    if stored < RECORDS * 0.9:
        raise RuntimeError(f"the import stored {stored} of {RECORDS} records")
    unit = BYTES_PER_MB if sys.platform == "darwin" else KILOBYTES_PER_MB
    return Bound(name, used.ru_maxrss / unit)


def _stored(owner_url: str) -> int:
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM notice").fetchone()
    return int(row[0]) if row else 0
