"""docs/access.md says what the table of permissions says, and the other way round."""

import re
from pathlib import Path

from app.kernel.access import ALLOWED, Permission
from app.kernel.actor import Role

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
_ROW = re.compile(r"^\|[^`|]+`(\w+)` \|(.+)\|$", re.MULTILINE)


def said() -> dict[str, dict[str, str]]:
    """The page's table: for each permission, what stands under each role."""
    text = PAGE.read_text()
    head = next(line for line in text.splitlines() if line.startswith("| permission "))
    roles = [cell.strip() for cell in head.strip("|").split("|")][1:]
    return {
        name: dict(zip(roles, (cell.strip() for cell in cells.split("|")), strict=True))
        for name, cells in _ROW.findall(text)
    }


def test_the_page_has_every_permission_and_every_role() -> None:
    table = said()
    assert list(table) == [one.value for one in Permission]
    for cells in table.values():
        assert list(cells) == [one.value for one in Role]


def test_the_page_gives_each_role_what_the_code_gives_it() -> None:
    for name, cells in said().items():
        for role, cell in cells.items():
            expected = "yes" if Permission(name) in ALLOWED[Role(role)] else ""
            assert cell == expected, f"{name} of {role}"
