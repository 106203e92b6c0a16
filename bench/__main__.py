"""``make bench``: prints shares of the floor and memory; exits 1 when a bound is missed.

``make bench ARGS="search import"`` measures those parts alone.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.infra import embedded
from app.settings import MAX_RATE, Settings
from bench import charging, data, imports, matching, memory, searching, shares, tables

DATA_DIR = Path(__file__).resolve().parents[1] / ".grappe" / "bench"


@dataclass(frozen=True, slots=True)
class Place:
    """A PostgreSQL to measure on, as each of its three roles; the databases are the parts'."""

    superuser: str
    owner: str
    login: str
    environment: dict[str, str]


def lists(place: Place) -> bool:
    """Lists beside the floor, and the memory of the API after them."""
    owner, login = data.at(place.owner, data.DATABASE), data.at(place.login, data.DATABASE)
    tables.tell(f"Filling {data.ROWS:,} notices and tenders (kept for the next run) …")
    data.fill(place.superuser, owner, login)
    floor_url = data.open_floor(place.superuser, owner)
    urls = {"GRAPPE_DATABASE_URL": login, "GRAPPE_DATABASE_OWNER_URL": owner}
    with shares.both({**place.environment, **urls}, floor_url) as (ours, floor):
        found = list(shares.measure(ours, floor, owner))
        bound = memory.of_api(ours)
    tables.print_shares(found)
    tables.print_memory([bound])
    return bound.passed and all(one.passed for one in found)


def import_(place: Place) -> bool:
    """An import beside COPY, and the memory that one of a file takes."""
    bound = memory.of_import(place.superuser, place.owner, place.login, place.environment)
    tables.print_memory([bound])
    tables.tell(f"Importing {imports.NOTICES:,} notices …")
    found = imports.measure(place.superuser, place.owner, place.login, place.environment)
    tables.print_import(found)
    return bound.passed and found.passed


def matches(place: Place) -> bool:
    """Matching beside the import."""
    found = matching.measure(place.superuser, place.owner, place.login)
    tables.print_matching(found)
    return found.passed


def search(place: Place) -> bool:
    """A search beside the floor, and beside Datasette."""
    found = searching.measure(
        place.superuser, place.owner, place.login, place.environment, tables.tell
    )
    tables.print_search(found)
    return found.passed


def charges(place: Place) -> bool:
    """A run that charges flows beside SQL written by hand."""
    tables.tell(f"Charging {charging.FLOWS:,} flows …")
    found = charging.measure(place.superuser, place.owner, place.login, place.environment)
    tables.print_charging(found)
    return found.passed


PARTS: dict[str, Callable[[Place], bool]] = {
    "lists": lists,
    "import": import_,
    "matching": matches,
    "search": search,
    "charging": charges,
}


def main(named: list[str]) -> int:
    """Fill, measure, print. The exit code: 0 when every bound holds, else 1; 2 for no such part."""
    if unknown := set(named) - set(PARTS):
        tables.tell(f"There is no part {', '.join(sorted(unknown))}: {', '.join(PARTS)}.")
        return 2
    base = Settings(data_dir=DATA_DIR, database_url=None, database_owner_url=None)
    environment = {
        "GRAPPE_DATA_DIR": str(DATA_DIR),
        "GRAPPE_ENVIRONMENT": "development",
        "GRAPPE_LOG_FORMAT": "json",  # as the image sets it
        "GRAPPE_WORKER": "false",
        # Counted, never reached: the load comes from one address with one token a cluster.
        "GRAPPE_RATE_LIMIT_PER_MINUTE": str(MAX_RATE),
        "GRAPPE_RATE_LIMIT_ANONYMOUS_PER_MINUTE": str(MAX_RATE),
    }
    with embedded.database(base) as running:
        owner = running.owner_url()
        superuser = data.at(owner, "postgres").replace(embedded.OWNER, "postgres", 1)
        place = Place(superuser, owner, running.login_url(), environment)
        held = [part(place) for name, part in PARTS.items() if not named or name in named]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
