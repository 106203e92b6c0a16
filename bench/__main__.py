"""``make bench``: prints shares of the floor and memory; exits 1 when a bound is missed."""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.infra import embedded
from app.settings import MAX_RATE, Settings
from bench import data, matching, memory, shares
from bench.cases import ITEMS, REQUIRED_SHARE

DATA_DIR = Path(__file__).resolve().parents[1] / ".grappe" / "bench"

out = Console(highlight=False, width=110)


def main() -> int:
    """Fill, measure, print. The exit code: 0 when every bound holds, else 1."""
    base = Settings(data_dir=DATA_DIR, database_url=None, database_owner_url=None)
    with embedded.database(base) as running:
        owner = data.at(running.owner_url(), data.DATABASE)
        login = data.at(running.login_url(), data.DATABASE)
        superuser = data.at(owner, "postgres").replace(embedded.OWNER, "postgres", 1)
        out.print(f"Filling {data.ROWS:,} notices and tenders (kept for the next run) …")
        data.fill(superuser, owner, login)
        floor_url = data.open_floor(superuser, owner)
        environment = {
            "GRAPPE_DATABASE_URL": login,
            "GRAPPE_DATABASE_OWNER_URL": owner,
            "GRAPPE_DATA_DIR": str(DATA_DIR),
            "GRAPPE_ENVIRONMENT": "development",
            "GRAPPE_LOG_FORMAT": "json",  # as the image sets it
            "GRAPPE_WORKER": "false",
            # Counted, never reached: the load comes from one address with one token a cluster.
            "GRAPPE_RATE_LIMIT_PER_MINUTE": str(MAX_RATE),
            "GRAPPE_RATE_LIMIT_ANONYMOUS_PER_MINUTE": str(MAX_RATE),
        }
        with shares.both(environment, floor_url) as (ours, floor):
            found = list(shares.measure(ours, floor, owner))
            bounds = [memory.of_api(ours)]
        bounds.append(memory.of_import(superuser, owner, login, environment))
        matched = matching.measure(superuser, owner, login)
    print_shares(found)
    print_memory(bounds)
    print_matching(matched)
    kept = [one.passed for one in found] + [one.passed for one in bounds] + [matched.passed]
    return 0 if all(kept) else 1


def print_shares(found: list[shares.Share]) -> None:
    """Requests per second as a share of the floor's: no times, which differ by machine."""
    table = Table(title=f"Lists of {ITEMS} among {data.ROWS:,} rows, as a share of the floor")
    for name in ("list", "floor", "ours", "rounds", "required", "client", ""):
        table.add_column(name, justify="left" if name in {"list", ""} else "right")
    for one in found:
        table.add_row(
            one.name,
            "1.00",
            f"{one.middle:.2f}",
            f"{min(one.rounds):.2f} - {max(one.rounds):.2f}",
            f"{REQUIRED_SHARE:.2f}",
            f"{one.busiest_client:.0%} busy",
            verdict(one.passed),
        )
    out.print(table)


def print_memory(bounds: list[memory.Bound]) -> None:
    """Memory against its bounds."""
    table = Table(title="Memory, in MB")
    for name in ("what", "seen", "bound", ""):
        table.add_column(name, justify="right" if name in {"seen", "bound"} else "left")
    for one in bounds:
        seen = "not measured" if one.seen is None else f"{one.seen:.0f}"
        table.add_row(one.name, seen, f"{memory.BOUND_MB}", one.remark or verdict(one.passed))
    out.print(table)


def print_matching(matched: matching.Matched) -> None:
    """Matching as a share of the import of the same notices, and its one bound in seconds."""
    title = f"{matching.ARRIVING:,} new notices against {matching.SEARCHES:,} saved searches"
    table = Table(title=title)
    for name in ("import", "matching", "rounds", "required", "at most (s)", "matches", ""):
        table.add_column(name, justify="right" if name else "left")
    if matched.middle is None:
        table.add_row("", "", "", "", "", "", matched.remark)
    else:
        table.add_row(
            "1.00",
            f"{matched.middle:.2f}",
            f"{min(matched.shares):.2f} - {max(matched.shares):.2f}",
            f"{matching.MOST_OF_IMPORT:.2f}",
            f"{matched.seconds:.1f} of {matching.MOST_SECONDS}",
            f"{matched.matches:,}",
            verdict(matched.passed),
        )
    out.print(table)


def verdict(passed: bool) -> str:
    """A word that a log shows as well as a terminal."""
    return "ok" if passed else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
