"""Over the real notices, when they are there: what is grouped, and what would be proposed.

No procedure of theirs is in both sources; the same words under one buyer's one day are, in the
bulletin's own records, one call published twice.
"""

from collections import defaultdict
from itertools import combinations
from typing import Any

import pytest

from app.watch.domain import Notice, UnreadableItem
from app.watch.groups.domain import alike
from app.watch.sources.files import read_file
from app.watch.sources.kinds import publisher_of
from tests.conftest import SHARED_DATA

NAMED = 48
"""Notices of TED that name their procedure, of 49."""

pytestmark = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="no real notices here")


def notices(kind: str, *patterns: str) -> dict[str, Notice]:
    """All that reads, by its number."""
    publisher, found = publisher_of(kind, {}), {}
    for path in sorted(path for pattern in patterns for path in SHARED_DATA.glob(pattern)):
        for item in read_file(path):
            for one in publisher.unfold(item):
                try:
                    notice = publisher.dialect_of(one).read(one)
                except UnreadableItem:
                    continue
                found[notice.source_id] = notice
    return found


def test_among_real_records_few_pairs_are_proposed_and_none_of_two_schools() -> None:
    by: dict[Any, list[Notice]] = defaultdict(list)
    records = notices("boamp", "boamp/*.json", "boamp_responses/boamp_*")
    assert len(records) > 10_000
    for one in records.values():
        if one.deadline:
            by[one.buyer.casefold(), one.deadline.at.date()].append(one)
    pairs = [pair for held in by.values() for pair in combinations(held, 2)]
    proposed = {
        (one.source_id, other.source_id): alike(one.title, other.title)
        for one, other in pairs
        if alike(one.title, other.title)
    }
    # Twelve of the same words, one with its reference before them, and one part of a study beside
    # the whole: what only a person tells.
    assert sorted(proposed.values()) == pytest.approx([0.82, 0.82] + [1.0] * 12, abs=0.01)
    assert len(pairs) > 300
    schools = ("20-143746", "20-143841", "20-143904")
    assert not {*combinations(schools, 2)} & {*proposed}


def test_real_procedures_are_each_in_one_source() -> None:
    bulletin = notices("boamp", "boamp/*.json")
    ted = notices("ted", "eforms/ted_published/*")
    named = [{one.procedure_id for one in held.values()} - {None} for held in (bulletin, ted)]
    assert [len(one) for one in named] == [4, NAMED]
    assert not named[0] & named[1]
    # Of TED's own, none is of two of its notices.
    assert len([one for one in ted.values() if one.procedure_id]) == NAMED
