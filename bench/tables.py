"""What was measured, as tables: ratios of one run, and the few bounds that are not ratios."""

from statistics import median

from rich.console import Console
from rich.table import Table

from bench import charging, data, imports, matching, memory, million, searching, shares
from bench.cases import ITEMS, REQUIRED_SHARE

out = Console(highlight=False, width=110)


def tell(line: str) -> None:
    """Say what is being done, at once: filling takes minutes."""
    out.print(line, markup=False)
    out.file.flush()


def print_shares(found: list[shares.Share]) -> None:
    """Requests per second as a share of the floor's: no times, which differ by machine."""
    table = _table(
        f"Lists of {ITEMS} among {data.ROWS:,} rows, as a share of the floor",
        ("list", "floor", "ours", "rounds", "required", "client"),
    )
    for one in found:
        table.add_row(
            one.name,
            "1.00",
            f"{one.middle:.2f}",
            _span(one.rounds),
            f"{REQUIRED_SHARE:.2f}",
            f"{one.busiest_client:.0%} busy",
            verdict(one.passed),
        )
    out.print(table)


def print_memory(bounds: list[memory.Bound]) -> None:
    """Memory against its bounds."""
    table = _table("Memory, in MB", ("what", "seen", "bound"))
    for one in bounds:
        seen = "not measured" if one.seen is None else f"{one.seen:.0f}"
        table.add_row(one.name, seen, f"{memory.BOUND_MB}", one.remark or verdict(one.passed))
    out.print(table)


def print_import(found: imports.Import) -> None:
    """An import as a share of COPY's pace."""
    table = _table(
        f"Import of {found.notices:,} notices, as a share of COPY and its search words",
        ("what", "COPY", "import", "rounds", "required", "peak (MB)", "bound"),
    )
    table.add_row(
        "pages of an API",
        "1.00",
        f"{found.share:.2f}",
        _span(found.rounds),
        f"{imports.REQUIRED_SHARE:.2f}",
        f"{found.peak_mb:.0f}",
        f"{imports.MEMORY_MB}",
        verdict(found.passed),
    )
    table.add_row(
        "beside COPY into our indexes",
        "1.00",
        f"{found.indexed_share:.2f}",
        _span(found.indexed),
    )
    out.print(table)


def print_matching(matched: matching.Matched) -> None:
    """Matching as a share of the import of the same notices, and its one bound in seconds."""
    table = _table(
        f"{matching.ARRIVING:,} new notices against {matching.SEARCHES:,} saved searches",
        ("what", "import", "matching", "rounds", "required", "at most (s)", "matches"),
    )
    if matched.middle is None:
        table.add_row("", "", "", "", "", "", "", matched.remark)
    else:
        table.add_row(
            "new notices",
            "1.00",
            f"{matched.middle:.2f}",
            _span(matched.shares),
            f"{matching.MOST_OF_IMPORT:.2f}",
            f"{matched.seconds:.1f} of {matching.MOST_SECONDS}",
            f"{matched.matches:,}",
            verdict(matched.passed),
        )
    out.print(table)


def print_charging(found: charging.Charging) -> None:
    """Charging as a share of SQL written by hand, and the memory of the run."""
    table = _table(
        f"A run charges {charging.FLOWS:,} flows under three rates",
        ("beside", "theirs", "ours", "rounds", "required", "peak (MB)", "bound"),
    )
    table.add_row(
        "SQL by hand",
        "1.00",
        f"{found.share:.2f}",
        _span(found.rounds),
        f"{charging.REQUIRED_SHARE:.2f}",
        f"{found.peak_mb:.0f}",
        f"{charging.MEMORY_MB}",
        verdict(found.passed),
    )
    out.print(table)


def print_search(found: searching.Searched) -> None:
    """The slowest of twenty answers, as a share of the others' slowest."""
    table = _table(
        f"Three filters among {million.ROWS:,} notices, a page of {ITEMS}: the 95th percentile",
        ("beside", "theirs", "ours", "rounds", "required"),
    )
    bounds = {
        searching.FLOOR: f"{searching.MOST_OF_FLOOR:.2f} at most",
        searching.DATASETTE: "less than 1.00",
    }
    for side, bound in bounds.items():
        if over := found.over(side):
            passed = verdict(found.held(side))
            table.add_row(side, "1.00", f"{median(over):.2f}", _span(over), bound, passed)
        else:
            table.add_row(side, "", "", "", bound, found.remark)
    out.print(table)


def verdict(passed: bool) -> str:
    """A word that a log shows as well as a terminal."""
    return "ok" if passed else "MISSED"


def _table(title: str, names: tuple[str, ...]) -> Table:
    table = Table(title=title)
    for place, name in enumerate([*names, ""]):
        table.add_column(name, justify="right" if name and place else "left")
    return table


def _span(rounds: "tuple[float, ...] | list[float]") -> str:
    return f"{min(rounds):.2f} - {max(rounds):.2f}"
