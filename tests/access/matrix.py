"""The access matrix, read from ``matrix.txt``: who gets which status from which operation."""

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("matrix.txt")
NOT_YET = "-"
"""In the column of tokens: the operation asks for no scope yet."""


@dataclass(frozen=True)
class Row:
    """One operation (``name`` may add ``@situation``), and each persona's status."""

    name: str
    expected: dict[str, int]


def line(name: str, cells: dict[str, int]) -> str:
    """A row as the file says it."""
    return f"{name:<24}" + "".join(f"{cells.get(one, NOT_YET)!s:>12}" for one in COLUMNS)


def _read() -> tuple[tuple[str, ...], tuple[Row, ...]]:
    lines = [one.split() for one in FILE.read_text().splitlines()]
    head, *rows = [one for one in lines if one and one[0] != "#"]
    found = []
    for name, *statuses in rows:
        assert len(statuses) == len(head) - 1, f"{name}: one status per column"
        pairs = zip(head[1:], statuses, strict=True)
        found.append(Row(name, {one: int(said) for one, said in pairs if said != NOT_YET}))
    return tuple(head[1:]), tuple(found)


COLUMNS, ROWS = _read()
HEAD = f"{'operation':<24}" + "".join(f"{one:>12}" for one in COLUMNS)
