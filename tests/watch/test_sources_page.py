"""The page on sources tells what they fill, and every kind there is."""

import pytest

from app.watch.sources.kinds import KINDS
from tests.watch.filled import PAGE, TABLE, present, table


def test_the_table_is_what_the_real_files_give() -> None:
    if not present():
        pytest.skip("SKIPPED: no real files beside the project")
    written = TABLE.search(PAGE.read_text())
    assert written is not None
    assert written.group() == table(), "python -m tests.watch.filled writes it anew"


def test_every_kind_of_source_is_on_the_page() -> None:
    page = PAGE.read_text()
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []
